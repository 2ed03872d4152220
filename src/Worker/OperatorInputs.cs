using System.Text.Json;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Running;

namespace PlaybookOperator.Worker;

/// <summary>Results that the assignment refers to, asked of the operator; repeated while it is away, like every other call.</summary>
internal sealed class OperatorInputs(PersistentCalls operatorCalls) : IInputSource
{
    public async ValueTask<(JsonElement? Value, WorkError? Error)> ReadAsync(Assignment assignment, InputReference reference, CancellationToken cancellationToken)
    {
        var answer = await operatorCalls.ReadInputAsync(new InputRequest(reference.RunId, reference.WithResults), cancellationToken);
        return answer.Value is { } found
            ? (found.Value, null)
            : (null, new WorkError(WorkErrorKind.Internal, $"The result of step '{reference.Step}' could not be read: {answer.Refusal?.Reason ?? "no answer"}."));
    }
}
