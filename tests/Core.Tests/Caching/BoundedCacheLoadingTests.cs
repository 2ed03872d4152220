using PlaybookOperator.Core.Caching;
using PlaybookOperator.Testing;
using Xunit;

namespace PlaybookOperator.Core.Tests.Caching;

public sealed class BoundedCacheLoadingTests
{
    private readonly BoundedCache<string, string> _cache = Caches.Of();
    private readonly TaskCompletionSource<string> _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _loads;

    [Fact]
    public async Task Callers_that_miss_together_share_one_load()
    {
        var waiting = Enumerable.Range(0, 10).Select(_ => Load(CancellationToken.None)).ToList();
        _gate.SetResult("v");

        Assert.All(await Task.WhenAll(waiting), value => Assert.Equal("v", value));
        Assert.Equal(1, _loads);
        Assert.Equal("v", await Load(CancellationToken.None));
        Assert.Equal((1, 10, 1), (_cache.Statistics.Hits, _cache.Statistics.Misses, _cache.Statistics.Loads));
    }

    [Fact]
    public async Task A_failed_load_is_not_stored_and_the_next_call_loads_anew()
    {
        var waiting = new[] { Load(CancellationToken.None), Load(CancellationToken.None) };
        _gate.SetException(new FormatException("broken"));
        foreach (var task in waiting) await Assert.ThrowsAsync<FormatException>(() => task);

        Assert.Equal(0, _cache.Count);
        Assert.Equal("v", await _cache.GetOrAddAsync("a", (_, _) => Task.FromResult("v"), CancellationToken.None));
        Assert.Equal((2, 1), (_cache.Statistics.Loads, _cache.Statistics.LoadFailures));
    }

    [Fact]
    public async Task A_load_that_throws_before_its_first_await_fails_like_any_other()
    {
        await Assert.ThrowsAsync<FormatException>(
            () => _cache.GetOrAddAsync("a", (_, _) => throw new FormatException(), CancellationToken.None).AsTask());
        Assert.Equal("v", await _cache.GetOrAddAsync("a", (_, _) => Task.FromResult("v"), CancellationToken.None));
    }

    [Fact]
    public async Task Cancelling_the_caller_that_began_the_load_leaves_the_others_waiting()
    {
        using var impatient = new CancellationTokenSource();
        var first = Load(impatient.Token);
        var second = Load(CancellationToken.None);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _gate.SetResult("v");

        Assert.Equal("v", await second);
        Assert.Equal(1, _loads);
    }

    [Fact]
    public async Task The_load_is_cancelled_when_the_last_caller_gives_up_and_the_next_begins_another()
    {
        using var impatient = new CancellationTokenSource();
        var abandoned = new TaskCompletionSource();
        var load = _cache.GetOrAddAsync("a", (_, token) => Forever(abandoned, token), impatient.Token).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => load);
        await abandoned.Task;

        Assert.Equal("v", await _cache.GetOrAddAsync("a", (_, _) => Task.FromResult("v"), CancellationToken.None));
        Assert.True(_cache.TryGet("a", out _));
    }

    [Theory]
    [InlineData("remove")]
    [InlineData("remove where")]
    [InlineData("clear")]
    [InlineData("set")]
    public async Task A_load_that_was_overtaken_by_an_invalidation_is_handed_out_but_not_stored(string how)
    {
        var load = Load(CancellationToken.None);
        if (how == "remove") _cache.Remove("a");
        if (how == "remove where") _cache.RemoveWhere(key => key == "a");
        if (how == "clear") _cache.Clear();
        if (how == "set") _cache.Set("a", "newer");
        _gate.SetResult("older");

        Assert.Equal("older", await load);
        Assert.Equal(how == "set", _cache.TryGet("a", out var value));
        Assert.Equal(how == "set" ? "newer" : null, value);
    }

    [Fact]
    public async Task A_caller_that_is_already_cancelled_loads_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Load(new CancellationToken(canceled: true)));
        Assert.Equal(0, _loads);
        Assert.Equal(0, _cache.Statistics.Misses);
    }

    [Fact]
    public async Task Loads_are_timed_by_the_clock_and_observed()
    {
        var clock = new ManualTimeProvider();
        var cache = Caches.Of(clock: clock);
        var seen = new List<TimeSpan>();
        cache.ObserveLoads(seen.Add);
        var load = cache.GetOrAddAsync("a", (_, _) => _gate.Task, CancellationToken.None).AsTask();
        clock.Advance(TimeSpan.FromSeconds(3));
        _gate.SetResult("v");
        await load;
        cache.GetOrAdd("b", _ => "w");

        Assert.Equal([TimeSpan.FromSeconds(3), TimeSpan.Zero], seen);
        Assert.Equal(TimeSpan.FromSeconds(3), cache.Statistics.LoadDuration);
    }

    private Task<string> Load(CancellationToken cancellationToken) => _cache.GetOrAddAsync("a", LoadSlowly, cancellationToken).AsTask();

    private Task<string> LoadSlowly(string key, CancellationToken cancellationToken)
    {
        _loads++;
        return _gate.Task;
    }

    private static async Task<string> Forever(TaskCompletionSource abandoned, CancellationToken cancellationToken)
    {
        await using var _ = cancellationToken.Register(abandoned.SetResult);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        return "never";
    }
}
