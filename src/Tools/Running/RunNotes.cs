using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Running;

/// <summary>What happened on the way, for the report: the oldest are kept, the rest is counted.</summary>
internal sealed class RunNotes(TimeProvider time)
{
    private readonly List<WorkNote> _notes = [];

    public IReadOnlyList<WorkNote> Notes => _notes;

    public int Dropped { get; private set; }

    /// <summary>One more would be dropped.</summary>
    public bool IsFull => _notes.Count >= WorkLimits.MaxNotes;

    public void Retried(AttemptNumber number, WorkError? error, TimeSpan delay) =>
        Add(EventType.CallRetry, number, error, delay.TotalMilliseconds);

    public void SinkDone(AttemptNumber number) => Add(EventType.SinkDone, number, null, null);

    public void SinkFailed(AttemptNumber number, WorkError error) => Add(EventType.SinkError, number, error, null);

    private void Add(EventType type, AttemptNumber number, WorkError? error, double? delayMs)
    {
        if (_notes.Count == WorkLimits.MaxNotes) Dropped++;
        else _notes.Add(new(type, number.Attempt, number.Page, error, delayMs, time.GetUtcNow()));
    }
}

/// <param name="Attempt">From 1, over all deliveries.</param>
/// <param name="Page">From 1; null outside pagination.</param>
internal readonly record struct AttemptNumber(int Attempt, int? Page);
