using System.Runtime.CompilerServices;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Testing;
using Xunit;

namespace PlaybookOperator.Core.Tests.Caching;

public sealed class BoundedCacheExpiryTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void A_value_is_served_until_its_time_to_live_and_not_a_tick_longer()
    {
        var cache = Caches.Of(ttlSeconds: 10, clock: _clock);
        cache.Set("a", "1");
        _clock.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        Assert.True(cache.TryGet("a", out _));
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.False(cache.TryGet("a", out _));

        Assert.Equal(0, cache.Count);
        Assert.Equal(1, cache.Statistics.Evictions.Of(EvictionReason.TimeToLive));
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(4, false)]
    [InlineData(60, true)]
    public void A_reader_may_want_nothing_older_than_it_says(int maxAgeSeconds, bool isFound)
    {
        var cache = Caches.Of(ttlSeconds: 10, clock: _clock);
        cache.Set("a", "1");
        _clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(isFound, cache.TryGet("a", TimeSpan.FromSeconds(maxAgeSeconds), out _));
        Assert.Equal(isFound ? (1, 0, 1L) : (0, 1, 0L), (cache.Count, (int)cache.Statistics.Evictions.Of(EvictionReason.TimeToLive), cache.Statistics.Hits));
        _clock.Advance(TimeSpan.FromSeconds(6));
        Assert.False(cache.TryGet("a", TimeSpan.FromSeconds(60), out _));
    }

    [Fact]
    public void Reading_does_not_prolong_a_life_but_storing_does()
    {
        var cache = Caches.Of(ttlSeconds: 10, clock: _clock);
        cache.Set("read", "1");
        cache.Set("stored", "1");
        _clock.Advance(TimeSpan.FromSeconds(6));
        cache.TryGet("read", out _);
        cache.Set("stored", "2");
        _clock.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal(1, cache.EvictExpired());
        Assert.Equal("stored", Caches.Order(cache));
    }

    [Fact]
    public void A_time_to_live_of_zero_never_expires_and_the_bound_still_holds()
    {
        var cache = Caches.Of(maxEntries: 5, ttlSeconds: 0, clock: _clock);
        for (var i = 0; i < 50; i++)
        {
            cache.Set($"k{i}", "v");
            _clock.Advance(TimeSpan.FromDays(1000));
        }

        Assert.Equal(0, cache.EvictExpired());
        Assert.Equal(5, cache.Count);
    }

    [Fact]
    public void Expired_entries_are_swept_once_in_a_hundred_operations()
    {
        var cache = Caches.Of(ttlSeconds: 10, clock: _clock);
        for (var i = 0; i < 50; i++) cache.Set($"k{i}", "v");
        _clock.Advance(TimeSpan.FromSeconds(10));
        for (var i = 0; i < 49; i++) cache.TryGet("absent", out _);
        Assert.Equal(50, cache.Count);
        cache.TryGet("absent", out _);

        Assert.Equal(0, cache.Count);
        Assert.Equal(50, cache.Statistics.Evictions.Of(EvictionReason.TimeToLive));
    }

    [Fact]
    public void Expired_entries_make_room_before_live_ones()
    {
        var cache = Caches.Of(maxEntries: 2, ttlSeconds: 10, clock: _clock);
        cache.Set("old", "1");
        _clock.Advance(TimeSpan.FromSeconds(9));
        cache.Set("young", "1");
        cache.TryGet("old", out _);
        _clock.Advance(TimeSpan.FromSeconds(1));
        cache.Set("new", "1");

        Assert.Equal("new young", Caches.Order(cache));
        Assert.Equal(0, cache.Statistics.Evictions.Of(EvictionReason.Size));
    }

    [Fact]
    public void A_collected_value_is_a_miss_and_an_eviction_of_its_own_reason()
    {
        var cache = new BoundedCache<string, object>(Caches.Options(weak: true), _clock);
        var held = new object();
        cache.Set("held", held);
        Fill(cache, 3);
        GC.Collect();

        Assert.False(cache.TryGet("w0", out _));
        Assert.True(cache.TryGet("held", out _));
        Assert.Equal(2, cache.EvictExpired());
        Assert.Equal("held", Caches.Order(cache));
        Assert.Equal(3, cache.Statistics.Evictions.Of(EvictionReason.Collected));
        GC.KeepAlive(held);
    }

    [Fact]
    public void Sweeps_find_collected_values_without_anybody_asking_for_them()
    {
        var cache = new BoundedCache<string, object>(Caches.Options(maxEntries: 1000, weak: true), _clock);
        Fill(cache, 500);
        GC.Collect();
        for (var i = 0; i < 600; i++) cache.TryGet("absent", out _);

        Assert.Equal(0, cache.Count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Fill(BoundedCache<string, object> cache, int count)
    {
        for (var i = 0; i < count; i++) cache.Set($"w{i}", new object());
    }
}
