using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Caching.Memory;
using PlaybookOperator.Core.Caching;

namespace PlaybookOperator.Benchmarks.Caching;

/// <summary>
/// Nanoseconds per hit of the bounded cache beside the framework's MemoryCache with a size limit and a bare dictionary,
/// at 1 and 2 threads in one run. Every figure is the best of several rounds: noise on a shared machine only adds.
/// </summary>
public static class CacheBenchmarks
{
    private const int Entries = 500;
    private const int Hits = 2_000_000;
    private const int Rounds = 7;

    /// <summary>Prints the table; arguments are not used. Returns 0, or 1 when a hit takes over 100 ns on one thread.</summary>
    public static int Run(string[] args)
    {
        var keys = Enumerable.Range(0, Entries).Select(i => $"template-{i}").ToArray();
        var options = new BoundedCacheOptions { Name = "bench", MaxEntries = Entries, TimeToLive = TimeSpan.FromHours(1) };
        var bounded = new BoundedCache<string, object>(options, TimeProvider.System);
        using var memory = new MemoryCache(new MemoryCacheOptions { SizeLimit = Entries });
        var dictionary = new ConcurrentDictionary<string, object>();
        foreach (var key in keys)
        {
            bounded.Set(key, key);
            memory.Set(key, (object)key, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1) });
            dictionary[key] = key;
        }

        Console.WriteLine($"cache hits, {Entries} entries, TTL 1 h, ns per hit (best of {Rounds} x {Hits:N0})");
        Console.WriteLine($"{"threads",-8} {"bounded",8} {"MemoryCache",12} {"dictionary",11} {"ratio to MemoryCache",21}");
        var single = 0d;
        foreach (var threads in new[] { 1, 2 })
        {
            var ours = Measure(threads, keys, key => bounded.TryGet(key, out _));
            var framework = Measure(threads, keys, key => memory.TryGetValue(key, out _));
            var bare = Measure(threads, keys, key => dictionary.TryGetValue(key, out _));
            if (threads == 1) single = ours;
            Console.WriteLine($"{threads,-8} {ours,8:F1} {framework,12:F1} {bare,11:F1} {ours / framework,21:F2}");
        }

        Console.WriteLine($"clock: {Measure(1, keys, _ => TimeProvider.System.GetTimestamp() > 0):F1} ns per timestamp, included above");
        Console.WriteLine(single <= 100 ? "hit within 100 ns: yes" : "hit within 100 ns: NO");
        return single <= 100 ? 0 : 1;
    }

    /// <summary>Wall time per hit of one thread, while all threads do the same.</summary>
    private static double Measure(int threads, string[] keys, Func<string, bool> hit)
    {
        var best = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var (started, misses) = (Stopwatch.GetTimestamp(), 0);
            var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() => Interlocked.Add(ref misses, Misses(keys, hit)))).ToList();
            workers.ForEach(worker => worker.Start());
            workers.ForEach(worker => worker.Join());
            if (misses > 0) throw new InvalidOperationException($"{misses} reads missed: the figures would not be of hits.");
            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalNanoseconds / Hits);
        }

        return best;
    }

    private static int Misses(string[] keys, Func<string, bool> hit)
    {
        var misses = 0;
        for (var i = 0; i < Hits / Entries; i++)
            foreach (var key in keys)
                if (!hit(key)) misses++;
        return misses;
    }
}
