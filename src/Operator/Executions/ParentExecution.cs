using System.ComponentModel;

namespace PlaybookOperator.Operator.Executions;

/// <summary>Which step of which Execution asked for this one. The operator writes it; together with the owner reference it makes a child.</summary>
public sealed record ParentExecution
{
    [Description("Name of the Execution that asked for this one, in the same namespace.")]
    public required string Name { get; init; }

    [Description("Its id in the event log.")]
    public required string ExecutionId { get; init; }

    [Description("The step of it.")]
    public required string Step { get; init; }

    [Description("The iteration, from 0; absent outside loops.")]
    public long? Index { get; init; }

    [Description("How many Executions stand above this one.")]
    public required int Depth { get; init; }

    [Description("The playbooks from the root to the parent.")]
    public required IReadOnlyList<string> Playbooks { get; init; }

    [Description("The step of this Execution whose result the parent gets; absent: the last one with a tool that completed.")]
    public string? ReturnStep { get; init; }
}
