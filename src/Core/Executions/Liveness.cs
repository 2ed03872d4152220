namespace PlaybookOperator.Core.Executions;

/// <summary>
/// Whether an open execution still goes on. It does while its log grows, elements are leased or given back, a worker is there, or something is due later.
/// The deadline of <c>maxDuration</c> is no such thing: it ends an execution, it does not move it.
/// </summary>
/// <param name="Phase">As seen last.</param>
/// <param name="LastEventId">See <see cref="ExecutionState.LastEventId"/>.</param>
/// <param name="Leased">Elements with workers of pools, in all loops together.</param>
/// <param name="AliveAt">The last instant at which it was seen to go on, or the latest one that something is due at.</param>
public sealed record Liveness(ExecutionPhase Phase, long LastEventId, long Leased, DateTimeOffset AliveAt)
{
    /// <summary>Of an execution that nobody has looked at yet: counted as running, and as alive now.</summary>
    public static Liveness Begin(DateTimeOffset now) => new(ExecutionPhase.Running, 0, 0, now);

    /// <summary>After another look.</summary>
    /// <param name="state">What the log says now.</param>
    /// <param name="hasWorker">Whether a Job, a pool's pod or a child execution is at work.</param>
    /// <param name="now">The time of the look.</param>
    public Liveness Next(ExecutionState state, bool hasWorker, DateTimeOffset now)
    {
        var leased = state.Loops.Values.Sum(loop => loop.Leased);
        var alive = hasWorker || state.LastEventId != LastEventId || leased != Leased ? now : AliveAt;
        return new Liveness(state.Phase, state.LastEventId, leased, DueOf(state) is { } due && due > alive ? due : alive);
    }

    /// <summary>Running, not suspended, without a worker, and for longer than <paramref name="after"/> neither moved nor due to move.</summary>
    public bool IsStuck(bool hasWorker, TimeSpan after, DateTimeOffset now) =>
        Phase is ExecutionPhase.Running or ExecutionPhase.Cancelling && !hasWorker && now - AliveAt > after;

    /// <summary>The latest instant at which a retry is due or a rate limit lets an iteration start; null: nothing waits for a time.</summary>
    private static DateTimeOffset? DueOf(ExecutionState state)
    {
        var retries = state.Open.Values.Select(work => work.NextAt);
        var starts = state.Loops.Values.Where(loop => !loop.Stopped && loop.Cursor < loop.Total).Select(loop => loop.NextStartAt);
        return retries.Concat(starts).Max();
    }
}
