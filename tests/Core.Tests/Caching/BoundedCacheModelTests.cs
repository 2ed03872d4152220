using System.Globalization;
using System.Runtime.CompilerServices;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Testing;
using Xunit;
using Xunit.Sdk;

namespace PlaybookOperator.Core.Tests.Caching;

/// <summary>
/// A million random operations on the cache and on its naive reference, compared after each: reads, stores, loads that are shared, fail or are overtaken,
/// and weak values that are collected. A failure names its seed: <c>CACHE_MODEL_SEED=n</c> runs it again.
/// </summary>
public sealed class BoundedCacheModelTests
{
    private const int Keys = 48;
    private const int MaxBytes = 300;

    private static readonly TimeSpan TimeToLive = TimeSpan.FromTicks(900);

    private readonly ManualTimeProvider _clock = new();
    private readonly Dictionary<int, long> _sizes = [];
    private readonly Dictionary<int, TaskCompletionSource<Boxed>> _flights = [];
    private readonly List<(Task<Boxed> Waiter, int Key, TaskCompletionSource<Boxed> Flight)> _waiters = [];

    /// <summary>What is held from outside, so that a weak cache has it too. Values of loads are held by their waiters besides.</summary>
    private readonly Dictionary<int, Boxed> _held = [];
    private readonly HashSet<int> _loaded = [];
    private int _values;

    private sealed record Boxed(int Number);

    [Theory]
    [InlineData(600_000, 24, true, false)]
    [InlineData(200_000, 1000, true, false)]
    [InlineData(200_000, 8, false, false)]
    [InlineData(100_000, 24, true, true)]
    public async Task A_million_random_operations_agree_with_a_naive_reference(int operations, int maxEntries, bool expires, bool weak)
    {
        var seed = ReadSeed() ?? Random.Shared.Next();
        var random = new Random(seed);
        var ttl = expires ? TimeToLive : TimeSpan.Zero;
        var options = Caches.Options(maxEntries, maxBytes: MaxBytes, weak: weak) with { TimeToLive = ttl };
        var cache = new BoundedCache<int, Boxed>(options, _clock, (_, value) => _sizes[value.Number]);
        var model = new NaiveCache(maxEntries, MaxBytes, ttl.Ticks);

        for (var i = 0; i < operations; i++)
        {
            try
            {
                _clock.Advance(TimeSpan.FromTicks(random.Next(8)));
                if (weak && random.Next(500) == 0) Collect(random, model);
                Step(random, cache, model);
                Compare(cache, model, everything: i % 64 == 0);
            }
            catch (XunitException failure)
            {
                throw new XunitException($"CACHE_MODEL_SEED={seed}, operation {i}: {failure.Message}", failure);
            }

            if (!weak && _held.Count > 1000) _held.Clear();
        }

        Assert.Equal(weak, cache.Statistics.Evictions.Of(EvictionReason.Collected) > 0);
        var last = NewValue(random);
        _sizes[last.Number] = 0;
        foreach (var (_, _, flight) in _waiters) flight.TrySetResult(last);
        foreach (var (waiter, _, flight) in _waiters.TakeLast(10_000))
            Assert.Equal(await Outcome(flight.Task), await Outcome(waiter));
    }

    private void Step(Random random, BoundedCache<int, Boxed> cache, NaiveCache model)
    {
        var (key, now) = (random.Next(Keys), _clock.GetTimestamp());
        switch (random.Next(1000))
        {
            case < 400: Read(key, now, cache, model); break;
            case < 450: ReadYoung(key, now, 1 + random.Next(1200), cache, model); break;
            case < 650: Store(key, now, NewValue(random), cache, model); break;
            case < 750: GetOrAdd(key, now, NewValue(random), cache, model); break;
            case < 850: BeginLoad(key, now, cache, model); break;
            case < 930: EndLoad(random, now, model); break;
            case < 980: Remove(key, now, cache, model); break;
            case < 995: Assert.Equal(model.Sweep(now), cache.EvictExpired()); break;
            case < 998: RemoveOdd(now, cache, model); break;
            default: Clear(cache, model); break;
        }
    }

    /// <summary>Lets go of some values. One that something of the runtime still holds stays ours.</summary>
    private void Collect(Random random, NaiveCache model)
    {
        var released = LetGo([.. model.Lines.Select(line => line.Value).Where(value => !_loaded.Contains(value) && random.Next(3) == 0)]);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);
        foreach (var (number, watch) in released)
        {
            if (watch.TryGetTarget(out var alive)) _held[number] = alive;
            else model.Collect(number);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private List<(int Number, WeakReference<Boxed> Watch)> LetGo(int[] numbers)
    {
        var released = new List<(int, WeakReference<Boxed>)>();
        foreach (var number in numbers)
            if (_held.Remove(number, out var value)) released.Add((number, new WeakReference<Boxed>(value)));
        return released;
    }

    private static void Read(int key, long now, BoundedCache<int, Boxed> cache, NaiveCache model)
    {
        model.CountOperation(now);
        Assert.Equal(model.Read(key, now), cache.TryGet(key, out var value) ? value.Number : null);
    }

    private static void ReadYoung(int key, long now, long maxAge, BoundedCache<int, Boxed> cache, NaiveCache model)
    {
        model.CountOperation(now);
        Assert.Equal(model.Read(key, now, maxAge), cache.TryGet(key, TimeSpan.FromTicks(maxAge), out var value) ? value.Number : null);
    }

    private void Store(int key, long now, Boxed value, BoundedCache<int, Boxed> cache, NaiveCache model)
    {
        model.CountOperation(now);
        model.Store(key, value.Number, _sizes[value.Number], now);
        _flights.Remove(key);
        cache.Set(key, value);
    }

    private void GetOrAdd(int key, long now, Boxed value, BoundedCache<int, Boxed> cache, NaiveCache model)
    {
        model.CountOperation(now);
        var expected = model.Read(key, now);
        if (expected is null) model.Store(key, value.Number, _sizes[value.Number], now);
        Assert.Equal(expected ?? value.Number, cache.GetOrAdd(key, _ => value).Number);
    }

    private void BeginLoad(int key, long now, BoundedCache<int, Boxed> cache, NaiveCache model)
    {
        model.CountOperation(now);
        var expected = model.Read(key, now);
        var joined = _flights.GetValueOrDefault(key);
        TaskCompletionSource<Boxed>? begun = null;
        var task = cache.GetOrAddAsync(key, (_, _) => (begun = new()).Task, CancellationToken.None).AsTask();

        Assert.Equal(expected is null && joined is null, begun is not null);
        if (expected is not null) Assert.True(task.IsCompletedSuccessfully && task.GetAwaiter().GetResult().Number == expected);
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
        _loaded.Add(value.Number);
        if (attached) model.Store(key, value.Number, _sizes[value.Number], now);
        flight.SetResult(value);
    }

    private void Remove(int key, long now, BoundedCache<int, Boxed> cache, NaiveCache model)
    {
        model.CountOperation(now);
        _flights.Remove(key);
        Assert.Equal(model.Remove(key), cache.Remove(key));
    }

    private void RemoveOdd(long now, BoundedCache<int, Boxed> cache, NaiveCache model)
    {
        // Sweeping first makes the outcome independent of which of its removals is the hundredth operation.
        Assert.Equal(model.Sweep(now), cache.EvictExpired());
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

    private void Clear(BoundedCache<int, Boxed> cache, NaiveCache model)
    {
        _flights.Clear();
        Assert.Equal(model.RemoveAll(_ => true, EvictionReason.Explicit), cache.Clear());
    }

    private Boxed NewValue(Random random)
    {
        _sizes[++_values] = random.Next(50) == 0 ? MaxBytes + 1 : random.Next(20);
        return _held[_values] = new Boxed(_values);
    }

    private static void Compare(BoundedCache<int, Boxed> cache, NaiveCache model, bool everything)
    {
        var actual = cache.Statistics;
        var agree = actual.Size == model.Lines.Count && actual.Hits == model.Hits && actual.Misses == model.Misses
            && EvictionReasons.All.All(reason => actual.Evictions.Of(reason) == model.Evictions.Of(reason));
        Assert.True(agree, $"{actual}, expected size {model.Lines.Count}, hits {model.Hits}, misses {model.Misses}");
        if (!everything) return;
        Assert.Equal(model.Lines.Sum(l => l.Bytes), actual.Bytes);
        var expected = model.Lines.Select(l => (l.Key.ToString(CultureInfo.InvariantCulture), l.Bytes, l.Reads));
        Assert.Equal(expected, cache.Entries(0, 1000).Select(e => (e.Key, e.Bytes, e.AccessCount)));
    }

    private static int? ReadSeed()
    {
#pragma warning disable RS0030 // Who looks into a failure says so through the environment.
        return Environment.GetEnvironmentVariable("CACHE_MODEL_SEED") is { Length: > 0 } text ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : null;
#pragma warning restore RS0030
    }

    private static async Task<string> Outcome(Task<Boxed> task)
    {
        try
        {
            return (await task).Number.ToString(CultureInfo.InvariantCulture);
        }
        catch (FormatException failure)
        {
            return failure.GetType().Name;
        }
    }
}
