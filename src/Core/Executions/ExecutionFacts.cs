using System.Text.Json;

namespace PlaybookOperator.Core.Executions;

/// <summary>What never changes about an execution.</summary>
/// <param name="Playbook">Name or path of the playbook.</param>
/// <param name="Workload">The execution's own workload: data over the playbook's.</param>
/// <param name="CreatedAt">The instant that <c>now()</c> gives in templates, so that replays agree.</param>
public sealed record ExecutionFacts(
    ExecutionId Id, string Namespace, string Name, string Playbook, JsonElement Workload, DateTimeOffset CreatedAt)
{
    /// <summary>The execution whose iterations that did not succeed are run again; null: everything is run.</summary>
    public ExecutionId? RetryOf { get; init; }
}
