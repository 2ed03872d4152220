using PlaybookOperator.Core.Governing;

namespace PlaybookOperator.Tools.Memory;

/// <summary>The memory of this process beside what it may use. Thread-safe.</summary>
/// <param name="time">Looks are a second apart at least, however often is asked.</param>
public sealed class ProcessMemory(TimeProvider time)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private readonly Lock _lock = new();
    private MemoryPressure _pressure;
    private long? _lookedAt;

    /// <summary>Bytes that this process may use; the machine's where it has no limit.</summary>
    public static long Limit { get; } = MemoryLimit.Read() ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Memory in use as a share of the limit; replaced in tests.</summary>
    public Func<double> Share { get; init; } = ShareInUse;

    /// <summary>The pressure as of the newest look; looks again when that one is a second old.</summary>
    public MemoryPressure Look()
    {
        lock (_lock)
        {
            if (_lookedAt is { } at && time.GetElapsedTime(at) < s_interval) return _pressure;
            _lookedAt = time.GetTimestamp();
            return _pressure = _pressure.Next(Share());
        }
    }

    /// <summary>What the collector holds without need is in use until it gives it back: before memory counts as short it is asked to.</summary>
    private static double ShareInUse()
    {
        var share = Environment.WorkingSet / (double)Limit;
        if (share <= MemoryPressure.High) return share;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet / (double)Limit;
    }
}
