using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.EventLog.Memory;

/// <summary>Bounds of a <see cref="MemoryEventLog"/>.</summary>
public sealed record MemoryEventLogOptions
{
    /// <summary>Events kept of one execution, from 1. Older ones are missing from pages; totals, state and results stay exact.</summary>
    public int MaxEvents { get; init; } = 100_000;

    /// <summary>
    /// Bytes of JSON that the results of all executions may take together. What comes after is not kept: its event says so no less, its
    /// outcome reads as an error that names this limit, and <see cref="MemoryEventLog.ResultsNotKept"/> counts it.
    /// </summary>
    public long MaxResultBytes { get; init; } = 512L << 20;

    /// <summary>Bytes of JSON up to which a result is part of its event.</summary>
    public long InlineResultBytes { get; init; } = 64L << 10;

    /// <summary>Ended executions that are kept, from 0; the one that ended first is forgotten whole.</summary>
    public int MaxEndedExecutions { get; init; } = 1_000;

    /// <summary>
    /// Called for every event, in order of ids, before the write returns, while the execution is locked: it must be quick and must not call the log.
    /// What it throws is thrown by the write, which has then happened.
    /// </summary>
    public Action<ExecutionId, ExecutionEvent>? EventSink { get; init; }
}
