using PlaybookOperator.Core.Caching;
using PlaybookOperator.Testing;
using Xunit;

namespace PlaybookOperator.Core.Tests.Caching;

public sealed class BoundedCacheTests
{
    [Fact]
    public void What_is_stored_under_a_new_key_counts_as_loaded_and_an_update_does_not()
    {
        var cache = new BoundedCache<string, string>(new BoundedCacheOptions { Name = "test", MaxEntries = 2 }, TimeProvider.System);
        cache.Set("a", "1");
        cache.Set("a", "2");
        cache.Set("b", "3");
        cache.Set("c", "4");
        Assert.Equal((3, 1), (cache.Statistics.Loads, cache.Statistics.Evictions.Total));
    }

    [Fact]
    public void One_insert_above_the_bound_evicts_exactly_one_entry()
    {
        var cache = Caches.Of(maxEntries: 100);
        for (var i = 0; i < 101; i++) cache.Set($"k{i}", "v");

        Assert.Equal(100, cache.Count);
        Assert.Equal(1, cache.Statistics.Evictions.Of(EvictionReason.Size));
        Assert.Equal(1, cache.Statistics.Evictions.Total);
        Assert.False(cache.TryGet("k0", out _));
    }

    [Fact]
    public void Storing_under_a_present_key_evicts_nobody_and_refreshes_recency()
    {
        var cache = Caches.Of(maxEntries: 2);
        cache.Set("a", "1");
        cache.Set("b", "2");
        cache.Set("a", "3");

        Assert.Equal(0, cache.Statistics.Evictions.Total);
        Assert.Equal("a b", Caches.Order(cache));
        cache.Set("c", "4");
        Assert.Equal("c a", Caches.Order(cache));
        Assert.True(cache.TryGet("a", out var value));
        Assert.Equal("3", value);
    }

    [Fact]
    public void The_least_recently_read_entry_is_the_victim()
    {
        var cache = Caches.Of(maxEntries: 3);
        foreach (var key in new[] { "a", "b", "c" }) cache.Set(key, key);
        cache.TryGet("a", out _);
        cache.TryGet("b", out _);
        cache.Set("d", "d");

        Assert.Equal("d b a", Caches.Order(cache));
    }

    [Fact]
    public void The_bound_in_bytes_evicts_the_least_recently_used_until_it_fits()
    {
        var cache = new BoundedCache<string, string>(Caches.Options(maxBytes: 10), new ManualTimeProvider(), (_, v) => v.Length);
        cache.Set("a", "1234");
        cache.Set("b", "1234");
        cache.Set("c", "123456");

        Assert.Equal("c b", Caches.Order(cache));
        Assert.Equal(10, cache.Statistics.Bytes);
        Assert.Equal(1, cache.Statistics.Evictions.Of(EvictionReason.Bytes));
        cache.Set("b", "1");
        Assert.Equal(7, cache.Statistics.Bytes);
    }

    [Fact]
    public void A_value_larger_than_the_whole_cache_pushes_nobody_out()
    {
        var cache = new BoundedCache<string, string>(Caches.Options(maxBytes: 10), new ManualTimeProvider(), (_, v) => v.Length);
        cache.Set("a", "1234");
        cache.Set("b", "1");
        cache.Set("b", new string('x', 11));

        Assert.Equal("a", Caches.Order(cache));
        Assert.Equal(4, cache.Statistics.Bytes);
        Assert.Equal(1, cache.Statistics.Evictions.Of(EvictionReason.Bytes));
        Assert.Equal(11, cache.GetOrAdd("c", _ => new string('y', 11)).Length);
        Assert.Equal("a", Caches.Order(cache));
    }

    [Fact]
    public void Every_eviction_is_announced_once_with_its_key_value_and_reason()
    {
        var clock = new ManualTimeProvider();
        var seen = new List<string>();
        var cache = new BoundedCache<string, string>(
            Caches.Options(maxEntries: 2, ttlSeconds: 10, maxBytes: 10), clock, (_, v) => v.Length, e => seen.Add($"{e.Key}={e.Value}:{e.Reason.Label()}"));
        foreach (var key in new[] { "a", "b", "c" }) cache.Set(key, key);
        cache.Set("big", new string('z', 10));
        cache.Remove("big", EvictionReason.Terminal);
        cache.Set("d", "d");
        clock.Advance(TimeSpan.FromSeconds(10));
        cache.EvictExpired();
        cache.Set("e", "e");
        cache.Clear();

        Assert.Equal(["a=a:size", "b=b:size", "c=c:bytes", "big=zzzzzzzzzz:terminal", "d=d:ttl", "e=e:explicit"], seen);
        Assert.Equal(seen.Count, cache.Statistics.Evictions.Total);
    }

    [Fact]
    public void A_callback_may_use_the_cache()
    {
        BoundedCache<string, string>? cache = null;
        cache = new(Caches.Options(maxEntries: 1), new ManualTimeProvider(), onEvicted: e => cache!.TryGet(e.Key, out _));
        cache.Set("a", "1");
        cache.Set("b", "2");

        Assert.Equal(1, cache.Statistics.Misses);
    }

    [Fact]
    public void Clear_returns_the_count_and_leaves_nothing()
    {
        var cache = Caches.Of();
        for (var i = 0; i < 7; i++) cache.Set($"k{i}", "v");

        Assert.Equal(7, cache.Clear());
        Assert.Equal(0, cache.Clear());
        Assert.Equal(0, cache.Count);
        Assert.Equal(7, cache.Statistics.Evictions.Of(EvictionReason.Explicit));
    }

    [Fact]
    public void Removing_by_predicate_returns_the_count_and_keeps_the_rest()
    {
        var cache = Caches.Of();
        foreach (var key in new[] { "x1", "y1", "x2" }) cache.Set(key, "v");

        Assert.Equal(2, cache.RemoveWhere(key => key[0] == 'x', EvictionReason.Terminal));
        Assert.Equal("y1", Caches.Order(cache));
        Assert.Equal(2, cache.Statistics.Evictions.Of(EvictionReason.Terminal));
        Assert.False(cache.Remove("x1"));
    }

    [Fact]
    public void A_factory_that_throws_stores_nothing_and_is_counted()
    {
        var cache = Caches.Of();
        Assert.Throws<FormatException>(() => cache.GetOrAdd("a", _ => throw new FormatException()));

        Assert.Equal(0, cache.Count);
        Assert.Equal("v", cache.GetOrAdd("a", _ => "v"));
        Assert.Equal("v", cache.GetOrAdd("a", _ => "other"));
        Assert.Equal((2, 1), (cache.Statistics.Loads, cache.Statistics.LoadFailures));
    }

    [Fact]
    public void A_negative_size_is_refused_and_changes_nothing()
    {
        var cache = new BoundedCache<string, string>(Caches.Options(maxBytes: 10), new ManualTimeProvider(), (_, _) => -1);
        var error = Assert.Throws<InvalidOperationException>(() => cache.Set("a", "1"));
        Assert.Contains("-1 bytes", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, cache.Count);
    }
}
