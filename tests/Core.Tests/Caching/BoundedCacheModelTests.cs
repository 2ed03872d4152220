using System.Globalization;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Testing;
using Xunit;

namespace PlaybookOperator.Core.Tests.Caching;

/// <summary>A million random operations on the cache and on its naive reference, compared after each.</summary>
public sealed class BoundedCacheModelTests
{
    private const int Keys = 48;
    private const int MaxBytes = 300;

    private static readonly TimeSpan TimeToLive = TimeSpan.FromTicks(900);

    private readonly ManualTimeProvider _clock = new();
    private readonly Dictionary<int, long> _sizes = [];
    private readonly Dictionary<int, TaskCompletionSource<int>> _flights = [];
    private readonly List<(Task<int> Waiter, int Key, TaskCompletionSource<int> Flight)> _waiters = [];
    private int _values;

    [Theory]
    [InlineData(600_000, 24, true)]
    [InlineData(200_000, 1000, true)]
    [InlineData(200_000, 8, false)]
    public async Task A_million_random_operations_agree_with_a_naive_reference(int operations, int maxEntries, bool expires)
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var ttl = expires ? TimeToLive : TimeSpan.Zero;
        var options = Caches.Options(maxEntries, maxBytes: MaxBytes) with { TimeToLive = ttl };
        var cache = new BoundedCache<int, int>(options, _clock, (_, value) => _sizes[value]);
        var model = new NaiveCache(maxEntries, MaxBytes, ttl.Ticks);

        for (var i = 0; i < operations; i++)
        {
            _clock.Advance(TimeSpan.FromTicks(random.Next(8)));
            Step(random, cache, model);
            Compare(cache, model, everything: i % 64 == 0, $"seed {seed}, operation {i}");
        }

        _sizes[0] = 0;
        foreach (var (_, _, flight) in _waiters) flight.TrySetResult(0);
        foreach (var (waiter, _, flight) in _waiters.TakeLast(10_000))
            Assert.Equal(await Outcome(flight.Task), await Outcome(waiter));
    }

    private void Step(Random random, BoundedCache<int, int> cache, NaiveCache model)
    {
        var (key, now) = (random.Next(Keys), _clock.GetTimestamp());
        switch (random.Next(1000))
        {
            case < 450: Read(key, now, cache, model); break;
            case < 650: Store(key, now, NewValue(random), cache, model); break;
            case < 750: GetOrAdd(key, now, NewValue(random), cache, model); break;
            case < 850: BeginLoad(key, now, cache, model); break;
            case < 930: EndLoad(random, now, model); break;
            case < 980: Remove(key, now, cache, model); break;
            case < 995: Assert.Equal(model.EvictExpired(now), cache.EvictExpired()); break;
            case < 998: RemoveOdd(now, cache, model); break;
            default: Clear(cache, model); break;
        }
    }

    private static void Read(int key, long now, BoundedCache<int, int> cache, NaiveCache model)
    {
        model.CountOperation(now);
        Assert.Equal(model.Read(key, now), cache.TryGet(key, out var value) ? value : null);
    }

    private void Store(int key, long now, int value, BoundedCache<int, int> cache, NaiveCache model)
    {
        model.CountOperation(now);
        model.Store(key, value, _sizes[value], now);
        _flights.Remove(key);
        cache.Set(key, value);
    }

    private void GetOrAdd(int key, long now, int value, BoundedCache<int, int> cache, NaiveCache model)
    {
        model.CountOperation(now);
        var expected = model.Read(key, now);
        if (expected is null) model.Store(key, value, _sizes[value], now);
        Assert.Equal(expected ?? value, cache.GetOrAdd(key, _ => value));
    }

    private void BeginLoad(int key, long now, BoundedCache<int, int> cache, NaiveCache model)
    {
        model.CountOperation(now);
        var expected = model.Read(key, now);
        var joined = _flights.GetValueOrDefault(key);
        TaskCompletionSource<int>? begun = null;
        var task = cache.GetOrAddAsync(key, (_, _) => (begun = new()).Task, CancellationToken.None).AsTask();

        Assert.Equal(expected is null && joined is null, begun is not null);
        if (expected is not null) Assert.True(task.IsCompletedSuccessfully && task.GetAwaiter().GetResult() == expected);
        else _waiters.Add((task, key, joined ?? begun!));
        if (begun is not null) _flights[key] = begun;
    }

    /// <summary>Ends a random load, every fifth by a failure. One that was overtaken meanwhile is stored by neither side.</summary>
    private void EndLoad(Random random, long now, NaiveCache model)
    {
        if (_waiters.Count == 0) return;
        var (_, key, flight) = _waiters[^(1 + random.Next(Math.Min(_waiters.Count, 30)))];
        if (flight.Task.IsCompleted) return;
        var attached = _flights.GetValueOrDefault(key) == flight && _flights.Remove(key);
        if (random.Next(5) == 0)
        {
            flight.SetException(new FormatException());
            return;
        }

        var value = NewValue(random);
        if (attached) model.Store(key, value, _sizes[value], now);
        flight.SetResult(value);
    }

    private void Remove(int key, long now, BoundedCache<int, int> cache, NaiveCache model)
    {
        model.CountOperation(now);
        _flights.Remove(key);
        Assert.Equal(model.Remove(key), cache.Remove(key));
    }

    private void RemoveOdd(long now, BoundedCache<int, int> cache, NaiveCache model)
    {
        // Sweeping first makes the outcome independent of which of its removals is the hundredth operation.
        Assert.Equal(model.EvictExpired(now), cache.EvictExpired());
        var odd = model.Lines.Select(l => l.Key).Union(_flights.Keys).Where(key => key % 2 == 1).ToList();
        var expected = 0;
        foreach (var key in odd)
        {
            model.CountOperation(now);
            _flights.Remove(key);
            expected += model.Remove(key) ? 1 : 0;
        }

        Assert.Equal(expected, cache.RemoveWhere(key => key % 2 == 1));
    }

    private void Clear(BoundedCache<int, int> cache, NaiveCache model)
    {
        _flights.Clear();
        Assert.Equal(model.RemoveAll(_ => true, EvictionReason.Explicit), cache.Clear());
    }

    private int NewValue(Random random)
    {
        _sizes[++_values] = random.Next(50) == 0 ? MaxBytes + 1 : random.Next(20);
        return _values;
    }

    private static void Compare(BoundedCache<int, int> cache, NaiveCache model, bool everything, string where)
    {
        var actual = cache.Statistics;
        var agree = actual.Size == model.Lines.Count && actual.Hits == model.Hits && actual.Misses == model.Misses
            && EvictionReasons.All.All(reason => actual.Evictions.Of(reason) == model.Evictions.Of(reason));
        Assert.True(agree, $"{where}: {actual}, expected size {model.Lines.Count}, hits {model.Hits}, misses {model.Misses}");
        if (!everything) return;
        Assert.True(actual.Bytes == model.Lines.Sum(l => l.Bytes), where);
        var expected = model.Lines.Select(l => (l.Key.ToString(CultureInfo.InvariantCulture), l.Bytes, l.Reads));
        Assert.True(expected.SequenceEqual(cache.Entries(0, 1000).Select(e => (e.Key, e.Bytes, e.AccessCount))), where);
    }

    private static async Task<string> Outcome(Task<int> task)
    {
        try
        {
            return (await task).ToString(CultureInfo.InvariantCulture);
        }
        catch (FormatException failure)
        {
            return failure.GetType().Name;
        }
    }
}
