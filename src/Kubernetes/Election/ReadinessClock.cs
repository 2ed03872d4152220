namespace PlaybookOperator.Kubernetes.Election;

/// <summary>
/// For how long this process has had everything that its work needs, or has lacked something, on its monotonic clock. It is told several
/// times within <see cref="Settled"/> how things stand. Thread-safe.
/// </summary>
public sealed class ReadinessClock(TimeProvider time)
{
    /// <summary>
    /// Trouble is over once nothing has been missing for so long: a watch that opens and fails at once, again and again, is one trouble.
    /// </summary>
    public static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private long? _readySince;
    private long? _troubledSince;
    private TimeSpan _calm;
    private long _observedAt;

    /// <summary>How long nothing has been missing, up to the last observation; null while something is, and before the first observation.</summary>
    public TimeSpan? ReadyFor
    {
        get { lock (_lock) return _readySince is { } since ? time.GetElapsedTime(since, _observedAt) : null; }
    }

    /// <summary>How long the present trouble has lasted; null while there is none.</summary>
    public TimeSpan? UnreadyFor
    {
        get { lock (_lock) return _troubledSince is { } since ? time.GetElapsedTime(since) : null; }
    }

    /// <summary>How long nothing had been missing when the present trouble, or the last one, began.</summary>
    public TimeSpan CalmBefore
    {
        get { lock (_lock) return _calm; }
    }

    /// <summary>Tells whether everything is there at this moment.</summary>
    public void Observe(bool isReady)
    {
        lock (_lock)
        {
            _observedAt = time.GetTimestamp();
            if (!isReady)
            {
                if (_troubledSince is null) _calm = _readySince is { } since ? time.GetElapsedTime(since, _observedAt) : TimeSpan.Zero;
                _readySince = null;
                _troubledSince ??= _observedAt;
                return;
            }

            _readySince ??= _observedAt;
            if (time.GetElapsedTime(_readySince.Value, _observedAt) >= Settled) _troubledSince = null;
        }
    }
}
