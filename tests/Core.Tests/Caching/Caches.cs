using PlaybookOperator.Core.Caching;
using PlaybookOperator.Testing;

namespace PlaybookOperator.Core.Tests.Caching;

/// <summary>Caches as the tests need them: on a clock that stands still until told.</summary>
internal static class Caches
{
    public static BoundedCacheOptions Options(int maxEntries = 100, int ttlSeconds = 0, long? maxBytes = null, bool weak = false) => new()
    {
        Name = "sample",
        MaxEntries = maxEntries,
        MaxBytes = maxBytes,
        TimeToLive = TimeSpan.FromSeconds(ttlSeconds),
        WeakValues = weak,
    };

    public static BoundedCache<string, string> Of(int maxEntries = 100, int ttlSeconds = 0, ManualTimeProvider? clock = null) =>
        new(Options(maxEntries, ttlSeconds), clock ?? new ManualTimeProvider());

    /// <summary>The keys, most recently used first.</summary>
    public static string Order(IBoundedCache cache) => string.Join(' ', cache.Entries(0, 1000).Select(e => e.Key));
}
