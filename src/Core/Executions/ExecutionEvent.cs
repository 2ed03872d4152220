using System.Text.Json;

namespace PlaybookOperator.Core.Executions;

/// <summary>
/// One row of an execution's append-only log. Events are facts: they only ever change state (<see cref="ExecutionState.Apply"/>).
/// </summary>
public sealed record ExecutionEvent
{
    /// <summary>Dense per execution from 1, in commit order; 0 until the log has numbered it.</summary>
    public long EventId { get; init; }

    public required EventType Type { get; init; }

    public required EventStatus Status { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Name of the step; null for events of the execution itself.</summary>
    public string? Step { get; init; }

    /// <summary>How often the step has been entered before, from 0; null for events of the execution itself.</summary>
    public int? Epoch { get; init; }

    /// <summary>See <see cref="WorkKey.RunId"/>; null for events of the execution itself and for <c>step.started</c>, whose own id it is.</summary>
    public long? RunId { get; init; }

    /// <summary>0-based; null outside loops and for events of the loop as a whole.</summary>
    public long? IterationIndex { get; init; }

    /// <summary>Call attempts used so far, from 1; null where no call was made.</summary>
    public int? Attempt { get; init; }

    /// <summary>Which delivery of the work this is about, from 1; only on events of calls and iterations.</summary>
    public int? Fence { get; init; }

    /// <summary>Milliseconds from start to this event, where it ends something.</summary>
    public double? DurationMs { get; init; }

    /// <summary>A JSON object with what else there is to say; its keys are in the event schema ADR.</summary>
    public JsonElement? Context { get; init; }

    /// <summary>The JSON value that a call or iteration gave; null when there is none, or when it is stored by reference (<c>context.result_bytes</c>).</summary>
    public JsonElement? Result { get; init; }

    /// <summary>One sentence; null unless something failed.</summary>
    public string? Error { get; init; }

    /// <summary>The work that a <c>call.*</c> or <c>iteration.*</c> event is about; null for others.</summary>
    public WorkKey? Work => RunId is not null && !IsOfPool && Type is EventType.CallStarted or EventType.CallRetry or EventType.CallDone
        or EventType.CallError or EventType.IterationStarted or EventType.IterationCompleted or EventType.IterationFailed
        ? new WorkKey(RunId!.Value, IterationIndex ?? WorkKey.Call)
        : null;

    /// <summary>Whether it is about the pool of a loop, not about one iteration: a <c>call.retry</c> with <c>context.pool</c>.</summary>
    public bool IsOfPool => Type == EventType.CallRetry && IterationIndex is null && Context.Member("pool") is not null;

    /// <summary>Elements of the chunk [<c>context.lo</c>, <c>context.hi</c>) that the event is about; null for single iterations and everything else.</summary>
    public int? ChunkSize =>
        IterationIndex is not null && Context.Member("hi") is { } hi && Context.Member("lo") is { } lo ? (int)(hi.GetInt64() - lo.GetInt64()) : null;

    /// <summary>
    /// Whether the event belongs to the skeleton of the log: what an operator reads to know where an execution stands.
    /// Events inside loops do not; they are summed up in the loop's counters and the rows of open work.
    /// </summary>
    public bool IsSkeleton => IterationIndex is null;
}
