namespace PlaybookOperator.Core.Caching;

/// <summary>What metrics, the API and the sweeping timer need of a cache, whatever it holds. Thread-safe.</summary>
public interface IBoundedCache
{
    string Name { get; }

    CacheStatistics Statistics { get; }

    /// <summary>Entries from the most recently used on.</summary>
    /// <param name="offset">How many to pass over, 0 or more.</param>
    /// <param name="limit">How many to return at most, 1 to 1000.</param>
    IReadOnlyList<CacheEntry> Entries(int offset, int limit);

    /// <summary>Empties the cache and returns how many entries it held. Loads under way finish, but are not stored.</summary>
    int Clear(EvictionReason reason = EvictionReason.Explicit);

    /// <summary>Removes what has expired or was collected, and returns how many that were.</summary>
    int EvictExpired();

    /// <summary>Calls <paramref name="observer"/> after every load with the time it took; for histograms. It must not throw.</summary>
    void ObserveLoads(Action<TimeSpan> observer);
}
