namespace PlaybookOperator.Core.Caching;

/// <content>What a cache tells about itself.</content>
public sealed partial class BoundedCache<TKey, TValue>
{
    private const int MostEntriesPerPage = 1000;

    public CacheStatistics Statistics
    {
        get
        {
            lock (_lock)
            {
                return new()
                {
                    Name = _options.Name,
                    Size = _entries.Count,
                    MaxSize = _options.MaxEntries,
                    Bytes = _bytes,
                    MaxBytes = _options.MaxBytes,
                    Hits = _hits + Interlocked.Read(ref _uses),
                    Misses = _misses,
                    Evictions = _evictions,
                    Loads = _loads,
                    LoadFailures = _loadFailures,
                    LoadDuration = _clock.GetElapsedTime(0, _loadTimestamps),
                };
            }
        }
    }

    public IReadOnlyList<CacheEntry> Entries(int offset, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MostEntriesPerPage);
        var page = new List<CacheEntry>();
        lock (_lock)
        {
            var (timestamp, now) = (_clock.GetTimestamp(), _clock.GetUtcNow());
            for (var entry = _byUse.MostRecent; entry is not null && page.Count < limit; entry = entry.LessRecent)
                if (offset-- <= 0) page.Add(Describe(entry, timestamp, now));
        }

        return page;
    }

    private CacheEntry Describe(Entry entry, long timestamp, DateTimeOffset now) => new(
        entry.Key.ToString() ?? "",
        _clock.GetElapsedTime(entry.Stored, timestamp),
        entry.AccessCount,
        now - _clock.GetElapsedTime(entry.LastAccess, timestamp),
        entry.Bytes);
}
