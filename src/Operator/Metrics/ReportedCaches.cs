using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Operator.Metrics;

/// <summary>
/// What the caches of all workers have done since this replica's start, by their reports. Names are a closed set, since they become labels: others are passed
/// over, and so is what is no count. Thread-safe.
/// </summary>
public sealed class ReportedCaches
{
    /// <summary>More than one report can honestly tell.</summary>
    private const long MostAtOnce = 1_000_000_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, CacheTotals> _totals = Names.ToDictionary(name => name, CacheTotals.None, StringComparer.Ordinal);

    public static IReadOnlyList<string> Names { get; } = ["template", "tool_instance"];

    /// <summary>Adds what one report tells; null: nothing.</summary>
    public void Add(IReadOnlyList<CacheCounts>? counts)
    {
        if (counts is null) return;
        lock (_lock)
        {
            foreach (var count in counts)
                if (count?.Cache is { } name && IsCount(count) && _totals.TryGetValue(name, out var total)) _totals[name] = total.Plus(count);
        }
    }

    /// <summary>Zeros for a cache that workers do not have.</summary>
    public CacheTotals Of(string cache)
    {
        lock (_lock) return _totals.GetValueOrDefault(cache) ?? CacheTotals.None(cache);
    }

    private static bool IsCount(CacheCounts counts) =>
        new[] { counts.Hits, counts.Misses, counts.Loads }.Concat(counts.Evictions ?? []).All(count => count is >= 0 and <= MostAtOnce)
        && (counts.Evictions?.Count ?? 0) <= EvictionReasons.All.Count;
}

/// <summary>Counters of a cache, wherever it is.</summary>
/// <param name="Evictions">By reason, in the order of <see cref="EvictionReason"/>.</param>
public sealed record CacheTotals(string Name, long Hits, long Misses, long Loads, IReadOnlyList<long> Evictions)
{
    /// <summary>Hits per read, 0 to 1; 0 before the first read.</summary>
    public double HitRate => Hits + Misses == 0 ? 0 : (double)Hits / (Hits + Misses);

    public static CacheTotals None(string name) => new(name, 0, 0, 0, new long[EvictionReasons.All.Count]);

    public CacheTotals Plus(CacheCounts counts) => new(
        Name, Hits + counts.Hits, Misses + counts.Misses, Loads + counts.Loads, [.. Evictions.Select((count, reason) => count + (counts.Evictions?.ElementAtOrDefault(reason) ?? 0))]);

    public CacheTotals Plus(CacheStatistics own) => new(
        Name, Hits + own.Hits, Misses + own.Misses, Loads + own.Loads, [.. Evictions.Select((count, reason) => count + own.Evictions.Of((EvictionReason)reason))]);
}
