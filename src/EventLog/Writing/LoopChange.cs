using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Failures;

namespace PlaybookOperator.EventLog.Writing;

/// <summary>What a decider's batch adds to a loop's counters.</summary>
/// <param name="RunId">Negative while provisional.</param>
/// <param name="Cursor">The least that the cursor is afterwards.</param>
/// <param name="NextStartAt">Set on a loop with a rate limit; null leaves it.</param>
internal sealed record LoopChange(long RunId, long Cursor, long Succeeded, long Failed, string? FirstError, FailureTable Failures, DateTimeOffset? NextStartAt)
{
    /// <summary>One change for each loop that the events touch.</summary>
    public static IReadOnlyList<LoopChange> Of(IReadOnlyList<ExecutionEvent> events)
    {
        var touched = new SortedDictionary<long, LoopState>();
        foreach (var happened in events)
        {
            if (happened.Work is not { IsCall: false } key) continue;
            // The counters add up, so the fold of this batch alone is what it adds.
            var before = touched.GetValueOrDefault(key.RunId) ?? Empty(key.RunId);
            touched[key.RunId] = before.Apply(happened with { Error = Storable.Sentence(happened.Error) });
        }

        return [.. touched.Values.Select(loop => new LoopChange(loop.RunId, loop.Cursor, loop.Succeeded, loop.Failed, loop.FirstError, loop.Failures, loop.NextStartAt))];
    }

    private static LoopState Empty(long runId) => new() { RunId = runId, Step = "", Epoch = 0, Total = 0 };
}
