using System.Collections.Concurrent;

namespace PlaybookOperator.Kubernetes.Tests;

/// <summary>Real time, except that waits up to a minute are over at once; what was asked for is noted. Longer ones are time limits.</summary>
internal sealed class HastyTimeProvider : TimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> _delays = new();

    public IReadOnlyList<TimeSpan> Delays => [.. _delays];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime <= TimeSpan.Zero || dueTime > TimeSpan.FromMinutes(1)) return base.CreateTimer(callback, state, dueTime, period);
        _delays.Enqueue(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.FromMilliseconds(1), period);
    }
}
