using PlaybookOperator.Core.Caching;
using PlaybookOperator.Testing;
using Xunit;

namespace PlaybookOperator.Core.Tests.Caching;

public sealed class BoundedCacheStatisticsTests
{
    [Fact]
    public void The_hit_rate_is_hits_per_read_and_zero_before_the_first()
    {
        var cache = Caches.Of();
        Assert.Equal(0, cache.Statistics.HitRate);
        cache.GetOrAdd("a", _ => "v");
        for (var i = 0; i < 3; i++) cache.TryGet("a", out _);

        var statistics = cache.Statistics;
        Assert.Equal((3, 1, 0.75), (statistics.Hits, statistics.Misses, statistics.HitRate));
        Assert.Equal(("sample", 1, 100), (statistics.Name, statistics.Size, statistics.MaxSize));
    }

    [Fact]
    public void Entries_tell_age_access_count_last_access_and_bytes_by_pages()
    {
        var clock = new ManualTimeProvider();
        var cache = new BoundedCache<string, string>(Caches.Options(maxBytes: 1000), clock, (_, v) => v.Length);
        foreach (var key in new[] { "a", "b", "c" }) cache.Set(key, "xyz");
        clock.Advance(TimeSpan.FromSeconds(5));
        cache.TryGet("b", out _);
        cache.TryGet("b", out _);
        clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(new CacheEntry("b", TimeSpan.FromSeconds(7), 2, clock.GetUtcNow().AddSeconds(-2), 3), Assert.Single(cache.Entries(0, 1)));
        Assert.Equal(["c", "a"], cache.Entries(1, 2).Select(e => e.Key));
        Assert.Empty(cache.Entries(3, 10));
    }

    [Theory]
    [InlineData(-1, 10)]
    [InlineData(0, 0)]
    [InlineData(0, 1001)]
    public void A_page_outside_the_limits_is_refused(int offset, int limit) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Caches.Of().Entries(offset, limit));

    [Theory]
    [InlineData("", 1, 0, null, "Name")]
    [InlineData("Upper", 1, 0, null, "Name")]
    [InlineData("sample", 0, 0, null, "MaxEntries must be at least 1, is 0")]
    [InlineData("sample", 1, -1, null, "TimeToLive")]
    [InlineData("sample", 1, 0, 0, "MaxBytes must be at least 1")]
    [InlineData("sample", 1, 0, 5, "MaxBytes needs a sizeOf")]
    public void Options_that_make_no_sense_are_refused_with_the_reason(string name, int entries, int ttl, int? bytes, string expected)
    {
        var options = Caches.Options(entries, ttl, bytes) with { Name = name };
        var error = Assert.Throws<ArgumentException>(() => new BoundedCache<string, string>(options, new ManualTimeProvider()));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weak_values_of_a_value_type_are_refused() =>
        Assert.Throws<ArgumentException>(() => new BoundedCache<string, int>(Caches.Options(weak: true), new ManualTimeProvider()));
}
