using System.Collections.Concurrent;
using PlaybookOperator.Core.Caching;
using Xunit;

namespace PlaybookOperator.Core.Tests.Caching;

/// <summary>Many threads at once: whatever the interleaving, these sums must come out.</summary>
public sealed class BoundedCacheStressTests
{
    private const int Threads = 4;
    private const int Rounds = 50_000;

    [Fact]
    public void Nothing_is_lost_or_counted_twice_and_no_bound_is_ever_exceeded()
    {
        long announced = 0, excess = 0, wrong = 0;
        var options = Caches.Options(maxEntries: 50, maxBytes: 400) with { TimeToLive = TimeSpan.FromMilliseconds(5) };
        var cache = new BoundedCache<int, int>(
            options, TimeProvider.System, (key, _) => key % 16, _ => Interlocked.Increment(ref announced));

        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, thread =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                var key = (i * Threads) + thread;
                cache.Set(key, -key); // Each key is stored once, so stores are inserts.
                if (cache.TryGet(key - (13 * Threads) + 1, out var value) && value != -(key - (13 * Threads) + 1)) Interlocked.Increment(ref wrong);
                if (i % 100 == 0 && cache.Statistics is { } s && (s.Size > 50 || s.Bytes > 400)) Interlocked.Increment(ref excess);
                if (i % 1000 == 0) cache.RemoveWhere(k => k % 7 == 0);
                if (i % 5000 == 0) cache.Clear();
            }
        });

        var statistics = cache.Statistics;
        Assert.Equal((0, 0), (excess, wrong));
        Assert.Equal(Threads * Rounds, statistics.Hits + statistics.Misses);
        Assert.Equal(Threads * Rounds, statistics.Size + statistics.Evictions.Total);
        Assert.Equal(announced, statistics.Evictions.Total);
        Assert.Equal(statistics.Bytes, cache.Entries(0, 1000).Sum(e => e.Bytes));
        Assert.Equal(statistics.Size, cache.Clear());
        Assert.Equal(0, cache.Statistics.Bytes);
    }

    [Fact]
    public async Task Every_caller_gets_its_own_answer_while_loads_fail_and_callers_leave()
    {
        var cache = new BoundedCache<int, string>(Caches.Options(maxEntries: 8), TimeProvider.System);
        var outcomes = new ConcurrentBag<string>();
        var callers = Enumerable.Range(0, 4_000).Select(i => CallAsync(cache, i, outcomes));
        await Task.WhenAll(callers).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(4_000, outcomes.Count);
        Assert.Equal(["cancelled", "failed", "right"], outcomes.Distinct().Order(StringComparer.Ordinal));
        var statistics = cache.Statistics;
        Assert.InRange(statistics.Loads, 1, 3_999);
        Assert.True(statistics.Size <= 8);
    }

    private static async Task CallAsync(BoundedCache<int, string> cache, int i, ConcurrentBag<string> outcomes)
    {
        using var caller = new CancellationTokenSource();
        await Task.Yield();
        var task = cache.GetOrAddAsync(i % 24, (key, token) => LoadAsync(key, i, token), caller.Token);
        if (i % 3 == 0) await caller.CancelAsync();
        try
        {
            outcomes.Add(await task == $"value {i % 24}" ? "right" : "wrong");
        }
        catch (FormatException)
        {
            outcomes.Add("failed");
        }
        catch (OperationCanceledException) when (caller.IsCancellationRequested)
        {
            outcomes.Add("cancelled");
        }
    }

    private static async Task<string> LoadAsync(int key, int i, CancellationToken cancellationToken)
    {
        for (var turn = 0; turn < 5; turn++) await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        return i % 5 == 1 ? throw new FormatException() : $"value {key}";
    }
}
