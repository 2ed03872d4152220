using System.Text.Json;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.EventLog;

/// <summary>Which executions: newest first, those with a smaller id than <paramref name="Before"/>, at most <paramref name="Limit"/>.</summary>
/// <param name="Before">The last one of the page before; null: from the newest on.</param>
public sealed record ExecutionQuery(int Limit, ExecutionId? Before = null)
{
    public ExecutionPhase? Phase { get; init; }

    public string? Playbook { get; init; }

    public string? Namespace { get; init; }

    /// <summary>Of the resource. Names come back, so there may be several.</summary>
    public string? Name { get; init; }
}

/// <summary>Which iterations of a run of a loop: ascending from <paramref name="FromIndex"/> on, at most <paramref name="Limit"/>.</summary>
public sealed record IterationQuery(long FromIndex, int Limit)
{
    public IterationStatus? Status { get; init; }

    /// <summary>The name of the element, where the loop has a <c>key</c>; null: all.</summary>
    public string? Key { get; init; }
}

/// <summary>Where an iteration stands. One that has not been started has no row.</summary>
public enum IterationStatus
{
    /// <summary>It waits for its next attempt.</summary>
    Pending,

    /// <summary>A worker has it.</summary>
    Running,

    Completed,
    Failed,

    /// <summary>It was stopped because its execution was.</summary>
    Cancelled,
}

/// <summary>One iteration; or one chunk, by the index of its first element.</summary>
public sealed record IterationRow(long Index, IterationStatus Status)
{
    public string? Key { get; init; }

    /// <summary>Elements of a chunk; null for single iterations.</summary>
    public long? Size { get; init; }

    /// <summary>From 1; null where it is not known: carried, in a pool, or in a store that keeps none.</summary>
    public int? Attempt { get; init; }

    public double? DurationMs { get; init; }

    public string? Error { get; init; }

    /// <summary>Null also for a result that is stored by reference.</summary>
    public JsonElement? Result { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The former execution that did it; null: this one.</summary>
    public ExecutionId? CarriedFrom { get; init; }
}
