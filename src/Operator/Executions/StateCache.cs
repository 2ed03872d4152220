using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Operator.Executions;

/// <summary>
/// The cache <c>execution_state</c>: the fold of an execution's skeleton up to some event, so that a read brings only what is newer. Never the truth:
/// each pass reads the log, which says what the state lacks.
/// </summary>
public sealed class StateCache(BoundedCache<ExecutionId, ExecutionState> cache)
{
    public static readonly BoundedCacheOptions DefaultCache =
        new() { Name = "execution_state", MaxEntries = 1000, TimeToLive = TimeSpan.FromHours(1), MaxBytes = 100 << 20 };

    /// <summary>Rough bytes of a state: its parts are bounded, so counting them is enough.</summary>
    public static long SizeOf(ExecutionId id, ExecutionState state)
    {
        const int StepBytes = 400;
        const int OpenBytes = 160;
        long bytes = 500 + (state.Open.Count * OpenBytes) + (state.Loops.Count * StepBytes);
        foreach (var run in state.Steps.Values) bytes += StepBytes + (run.Result is { } result ? Ingest.ByteCount(result) : 0);
        foreach (var loop in state.Loops.Values) bytes += loop.Carried?.Bytes ?? 0;
        foreach (var value in state.Vars.Values) bytes += Ingest.ByteCount(value);
        return bytes;
    }

    public ExecutionState? Get(ExecutionId id) => cache.TryGet(id, out var state) ? state : null;

    /// <summary>Keeps the state; one that has ended is evicted instead: nothing will be decided about it any more.</summary>
    public void Put(ExecutionId id, ExecutionState state)
    {
        if (state.IsTerminal) cache.Remove(id, EvictionReason.Terminal);
        else cache.Set(id, state);
    }
}
