namespace PlaybookOperator.Kubernetes.Client;

/// <summary>
/// Spreads requests over time: at most <paramref name="burst"/> at once and <paramref name="perSecond"/> in the long run. Callers
/// wait in the order in which they came. Thread-safe.
/// </summary>
internal sealed class TokenBucket(double perSecond, int burst, TimeProvider time)
{
    private readonly Lock _lock = new();
    private double _tokens = burst;
    private long _filledAt = time.GetTimestamp();

    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        var delay = Take();
        return delay <= TimeSpan.Zero ? ValueTask.CompletedTask : new ValueTask(Task.Delay(delay, time, cancellationToken));
    }

    /// <summary>Takes a token if one is there; never waits.</summary>
    public bool TryTake()
    {
        lock (_lock)
        {
            Refill();
            if (_tokens < 1) return false;
            _tokens--;
            return true;
        }
    }

    // The count goes below zero: each waiter has reserved its place, and its delay is what the debt takes to be paid.
    private TimeSpan Take()
    {
        lock (_lock)
        {
            Refill();
            _tokens--;
            return _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_tokens / perSecond);
        }
    }

    private void Refill()
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(burst, _tokens + time.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond);
        _filledAt = now;
    }
}
