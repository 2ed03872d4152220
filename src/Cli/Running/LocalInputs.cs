using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Operator.Workers;
using PlaybookOperator.Tools.Running;

namespace PlaybookOperator.Cli.Running;

/// <summary>Results that an assignment refers to, from the store of this process, by the operator's own rules.</summary>
internal sealed class LocalInputs : IInputSource
{
    /// <summary>Set once; the assignments come from the reconciler, which itself needs the workers.</summary>
    public AssignmentSource? Assignments { get; set; }

    public async ValueTask<(JsonElement? Value, WorkError? Error)> ReadAsync(Assignment assignment, InputReference reference, CancellationToken cancellationToken) =>
        (await Assignments!.ReadInputAsync(new ExecutionId(assignment.ExecutionId), new InputRequest(reference.RunId, reference.WithResults), cancellationToken), null);
}
