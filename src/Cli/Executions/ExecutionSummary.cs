using System.Text.Json;

namespace PlaybookOperator.Cli.Executions;

/// <summary>An execution as the commands show it, wherever it was read.</summary>
internal sealed record ExecutionSummary
{
    public required string Name { get; init; }

    public required string Namespace { get; init; }

    public required string Playbook { get; init; }

    /// <summary>In capitals, as the API has it: PENDING, RUNNING, PAUSED, CANCELLING, COMPLETED, FAILED or CANCELLED.</summary>
    public required string Status { get; init; }

    /// <summary>Null before the operator has seen it.</summary>
    public string? Id { get; init; }

    /// <summary>Such as <c>730/1000</c>; empty where it is not told.</summary>
    public string Progress { get; init; } = "";

    public long Active { get; init; }

    public long Failed { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public DateTimeOffset? EndTime { get; init; }

    public string? Message { get; init; }

    public IReadOnlyList<(string Name, string Status, string Progress)> Steps { get; init; } = [];

    /// <summary>Failures by signature, most frequent first; empty where they are not told.</summary>
    public IReadOnlyList<(string Signature, long Count)> Failures { get; init; } = [];

    /// <summary>What was read, for <c>--output json</c>.</summary>
    public required JsonElement Raw { get; init; }

    public bool IsOver => Status is "COMPLETED" or "FAILED" or "CANCELLED";

    /// <summary>How long it has run, or ran; null before it began.</summary>
    public TimeSpan? Duration(DateTimeOffset now) => StartTime is { } start ? (EndTime ?? now) - start : null;
}

/// <summary>Which executions to list.</summary>
/// <param name="Namespace">Null: the source's own; empty: all.</param>
internal sealed record ExecutionFilter(string? Namespace, string? Status, string? Playbook, int Limit);

/// <summary>Where executions are read and steered: a cluster, or the API of an operator.</summary>
internal interface IExecutionSource : IDisposable
{
    /// <summary>Newest first.</summary>
    Task<IReadOnlyList<ExecutionSummary>> ListAsync(ExecutionFilter filter, CancellationToken cancellationToken);

    /// <summary>Null when there is none of that name.</summary>
    Task<ExecutionSummary?> FindAsync(string name, string? @namespace, CancellationToken cancellationToken);

    /// <param name="verb"><c>cancel</c>, <c>suspend</c> or <c>resume</c>.</param>
    /// <returns>What became of it, such as <c>cancelled</c> or <c>already_completed</c>.</returns>
    Task<string> ControlAsync(ExecutionSummary execution, string verb, CancellationToken cancellationToken);
}
