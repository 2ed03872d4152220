namespace PlaybookOperator.Core.Executions;

/// <summary>A piece of work that has been started and has no terminal event yet.</summary>
/// <param name="Key">Which work.</param>
/// <param name="Fence">The current delivery, from 1: each Job of the same work has a fence of its own.</param>
/// <param name="Losses">Deliveries that vanished without a word; at the limit the work fails with <c>WorkerLost</c>.</param>
/// <param name="AttemptsUsed">Call attempts that earlier deliveries used up.</param>
/// <param name="NextAt">When set, no delivery is under way: the next attempt is due then.</param>
public sealed record OpenWork(WorkKey Key, int Fence, int Losses = 0, int AttemptsUsed = 0, DateTimeOffset? NextAt = null)
{
    /// <summary>Elements of a chunk, which begins at the key's index; null for single iterations and for calls.</summary>
    public int? Size { get; init; }

    /// <summary>Elements of the loop that this work is about; 1 outside chunks.</summary>
    public long Elements => Size ?? 1;

    /// <summary>Value of <c>context.reason</c> on a started event that replaces a lost delivery.</summary>
    public const string LostReason = "WorkerLost";

    /// <summary>Value of <c>context.reason</c> on a started event after a wait.</summary>
    public const string RetryReason = "Retry";

    /// <summary>The open work after a <c>call.started</c>, <c>iteration.started</c> or <c>call.retry</c> event.</summary>
    public static OpenWork? Apply(OpenWork? open, ExecutionEvent happened)
    {
        var key = happened.Work!.Value;
        return happened.Type switch
        {
            EventType.CallStarted or EventType.IterationStarted => Deliver(open, key, happened),
            EventType.CallRetry when happened.Context.Member("next_at") is { } due && open is not null =>
                open with { AttemptsUsed = happened.Attempt ?? open.AttemptsUsed, NextAt = due.GetDateTimeOffset() },
            EventType.CallRetry => open,
            // Inside loops call.error only tells why; iteration.failed is the end.
            EventType.CallError when !key.IsCall => open,
            _ => null,
        };
    }

    private static OpenWork Deliver(OpenWork? open, WorkKey key, ExecutionEvent started)
    {
        var fence = started.Fence ?? 1;
        if (open is null) return new OpenWork(key, fence) { Size = started.ChunkSize };
        var lost = started.Context.Member("reason")?.GetString() == LostReason;
        return open with { Fence = fence, Losses = open.Losses + (lost ? 1 : 0), NextAt = null };
    }
}
