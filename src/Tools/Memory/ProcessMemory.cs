using PlaybookOperator.Core.Governing;

namespace PlaybookOperator.Tools.Memory;

/// <summary>The memory of this process beside what it may use. Thread-safe.</summary>
public sealed class ProcessMemory(TimeProvider time)
{
    /// <summary>Looks of <see cref="Recent"/> are as far apart at least.</summary>
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_collectInterval = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private MemoryPressure _pressure;
    private long? _lookedAt;
    private long? _collectedAt;

    /// <summary>Bytes that this process may use; the machine's where it has no limit.</summary>
    public static long Limit { get; } = MemoryLimit.Read() ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Memory in use as a share of the limit; null: that of this process.</summary>
    public Func<double>? Share { get; init; }

    /// <summary>The pressure as of the newest look; for who asks now and then: looks again when that one is a second old.</summary>
    public MemoryPressure Recent()
    {
        lock (_lock) return _lookedAt is { } at && time.GetElapsedTime(at) < s_interval ? _pressure : Look();
    }

    /// <summary>Looks; for who does so each second.</summary>
    public MemoryPressure Look()
    {
        lock (_lock)
        {
            _lookedAt = time.GetTimestamp();
            return _pressure = _pressure.Next(Share?.Invoke() ?? ShareInUse());
        }
    }

    /// <summary>
    /// What the collector holds without need is in use until it gives it back: it is asked to before memory counts as short, and while it does, lest
    /// what nobody uses any more keeps it from recovering.
    /// </summary>
    private double ShareInUse()
    {
        var share = Environment.WorkingSet / (double)Limit;
        var asks = share > MemoryPressure.High || (_pressure.Halvings > 0 && share >= MemoryPressure.Low);
        if (!asks || (_collectedAt is { } at && time.GetElapsedTime(at) < s_collectInterval)) return share;
        _collectedAt = time.GetTimestamp();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet / (double)Limit;
    }
}
