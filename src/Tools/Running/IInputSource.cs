using System.Text.Json;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Running;

/// <summary>Where results that an assignment only refers to come from.</summary>
public interface IInputSource
{
    /// <summary>The result as templates see it, or why it is not to be had. Thread-safe.</summary>
    /// <param name="assignment">The one that refers to it.</param>
    ValueTask<(JsonElement? Value, WorkError? Error)> ReadAsync(Assignment assignment, InputReference reference, CancellationToken cancellationToken);
}
