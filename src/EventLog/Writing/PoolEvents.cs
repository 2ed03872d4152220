using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Failures;
using PlaybookOperator.Core.Executions.Pools;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.EventLog.Writing;

/// <summary>What a step of a pool's ledger writes: the events of the reports that count, then the ends of what was given up; not numbered yet.</summary>
/// <param name="Events">In order.</param>
/// <param name="Large">Results that are stored by reference, by index.</param>
/// <param name="Succeeded">Elements.</param>
/// <param name="Failed">Elements.</param>
/// <param name="FirstError">As <see cref="LoopState.FirstError"/>; null when nothing failed.</param>
/// <param name="Failures">By signature.</param>
/// <param name="Stopped">An iteration found <c>until</c> true.</param>
internal sealed record PoolEvents(
    IReadOnlyList<ExecutionEvent> Events, IReadOnlyDictionary<long, WorkReport> Large, long Succeeded, long Failed, string? FirstError, FailureTable Failures, bool Stopped)
{
    public static PoolEvents Of(PoolStep step, LoopState loop, DateTimeOffset now, long inlineResultBytes)
    {
        var events = new List<ExecutionEvent>(step.Accepted.Count + step.Lost.Count);
        var large = new Dictionary<long, WorkReport>();
        var counters = loop with { Succeeded = 0, Failed = 0, Stopped = false, FirstError = null, Failures = FailureTable.Empty };
        foreach (var (report, size) in step.Accepted.Concat(step.Lost))
        {
            foreach (var happened in Ingest.ToEvents(report, loop.Step, loop.Epoch, now, inlineResultBytes, size))
            {
                events.Add(happened);
                counters = counters.Apply(happened with { Error = Storable.Sentence(happened.Error) });
            }

            if (events[^1] is { Type: EventType.IterationCompleted, Result: null } && report.Result is not null) large[report.Index] = report;
        }

        return new PoolEvents(events, large, counters.Succeeded, counters.Failed, counters.FirstError, counters.Failures, counters.Stopped);
    }

    /// <summary>The turns with their reports brought into the bounds of the contract.</summary>
    public static IReadOnlyList<PoolTurn> Clean(IReadOnlyList<PoolTurn> turns, long runId) =>
        [.. turns.Select(turn => turn with { Reports = [.. turn.Reports.Select(report => ReportCleaning.Clean(report) with { RunId = runId })] })];

    /// <summary>To a worker whose run is over.</summary>
    public static IReadOnlyList<PoolAnswer> TellToLeave(IReadOnlyList<PoolTurn> turns, IngestOutcome outcome) =>
        [.. turns.Select(turn => new PoolAnswer { Outcomes = [.. turn.Reports.Select(_ => outcome)], Stop = true, Leave = true })];
}
