using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Running;

/// <summary>The caches of a worker process, and what they have done that no report has told yet. Thread-safe.</summary>
public sealed class WorkerCaches(TemplateCache templates, ToolInstances instances)
{
    private readonly Lock _lock = new();
    private readonly IBoundedCache[] _caches = [templates.Cache, instances.Cache];
    private readonly Dictionary<string, CacheStatistics> _told = new(StringComparer.Ordinal);

    /// <summary>False: the caches are those of the engine itself, which has no need of being told.</summary>
    public bool AreReported { get; init; } = true;

    /// <summary>Parsed templates of the process.</summary>
    public TemplateCache Templates => templates;

    /// <summary>What is new since the last call; null: nothing. A report that is lost takes its counts with it: they are figures, not facts.</summary>
    public IReadOnlyList<CacheCounts>? Take()
    {
        if (!AreReported) return null;
        lock (_lock)
        {
            var news = _caches.Select(Take).OfType<CacheCounts>().ToList();
            return news.Count == 0 ? null : news;
        }
    }

    private CacheCounts? Take(IBoundedCache cache)
    {
        var now = cache.Statistics;
        var before = _told.GetValueOrDefault(cache.Name);
        if (before is not null && now.Hits == before.Hits && now.Misses == before.Misses && now.Loads == before.Loads && now.Evictions == before.Evictions) return null;
        _told[cache.Name] = now;
        long[] evictions = [.. EvictionReasons.All.Select(reason => now.Evictions.Of(reason) - (before?.Evictions.Of(reason) ?? 0))];
        var counts = new CacheCounts(
            cache.Name,
            now.Hits - (before?.Hits ?? 0),
            now.Misses - (before?.Misses ?? 0),
            now.Loads - (before?.Loads ?? 0),
            evictions.Any(count => count > 0) ? evictions : null);
        return counts is { Hits: 0, Misses: 0, Loads: 0, Evictions: null } ? null : counts;
    }
}
