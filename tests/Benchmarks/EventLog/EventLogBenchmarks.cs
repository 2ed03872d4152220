using System.Diagnostics;
using System.Globalization;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.EventLog.Memory;
using PlaybookOperator.EventLog.Postgres;
using PlaybookOperator.Testing;

namespace PlaybookOperator.Benchmarks.EventLog;

/// <summary>
/// Rates and latencies of both event logs, on a private PostgreSQL whose commits wait for the disk. Beside them the disk's own fsync, since every
/// commit is one.
/// </summary>
public static class EventLogBenchmarks
{
    private const int Batch = 500;

    /// <summary><paramref name="args"/>: <c>--quick</c> measures a tenth as long. Returns the exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var scale = args.Contains("--quick", StringComparer.Ordinal) ? 1 : 10;
        Print("fsync of 8 KiB, median", FsyncLatency.MeasureMilliseconds(Path.GetTempPath(), rounds: 20 * scale), "ms");
        await MeasureMemoryAsync(scale * 10_000);
        await using var database = await PrivateEventLog.StartAsync(new PrivatePostgresOptions { Fsync = true });
        var log = database.Log;
        await MeasureAppendsAsync(log, scale * 50);
        var id = await MeasureIngestAsync("Postgres", log, scale * 5_000);
        await MeasurePagesAsync(log, scale * 20);
        await MeasureDecisionAsync(log, id);
        return 0;
    }

    private static async Task MeasureMemoryAsync(int iterations)
    {
        using var metrics = new EventLogMetrics();
        var log = new MemoryEventLog(TimeProvider.System, new MemoryEventLogOptions(), metrics);
        await MeasureIngestAsync("memory", log, iterations);
    }

    private static async Task MeasureAppendsAsync(PostgresEventLog log, int rounds)
    {
        var id = await log.CreateAsync(Workload.Execution(), CancellationToken.None);
        await log.AppendAsync(id, Workload.Begin(), CancellationToken.None);
        var version = 1L;
        var single = await RateAsync(rounds, async _ => await log.AppendAsync(id, Workload.Dispatch(version++, 0, count: 1), CancellationToken.None));
        Print("Postgres appends of 1 event", single, "appends/s");
        var batched = await RateAsync(rounds / 5, async i => await log.AppendAsync(id, Workload.Dispatch(version++, i * 100, count: 100), CancellationToken.None));
        Print("Postgres appends of 100 events", batched * 100, "events/s");
    }

    /// <summary>Dispatches and ends iterations in batches of 500: the whole life of an iteration in the log.</summary>
    private static async Task<ExecutionId> MeasureIngestAsync(string name, IEventLog log, int iterations)
    {
        var id = await log.CreateAsync(Workload.Execution(), CancellationToken.None);
        await log.AppendAsync(id, Workload.Begin(), CancellationToken.None);
        var (version, ingesting) = (1L, TimeSpan.Zero);
        var began = Stopwatch.GetTimestamp();
        for (var first = 0; first < iterations; first += Batch)
        {
            await log.AppendAsync(id, Workload.Dispatch(version++, first, Batch), CancellationToken.None);
            var reports = Workload.Reports(first, Batch);
            var before = Stopwatch.GetTimestamp();
            await log.IngestAsync(id, reports, CancellationToken.None);
            ingesting += Stopwatch.GetElapsedTime(before);
        }

        Print($"{name}: iterations ingested, batches of {Batch}", iterations / ingesting.TotalSeconds, "rows/s");
        Print($"{name}: iterations dispatched and ingested", iterations / Stopwatch.GetElapsedTime(began).TotalSeconds, "iterations/s");
        return id;
    }

    private static async Task MeasurePagesAsync(PostgresEventLog log, int rounds)
    {
        var id = await log.CreateAsync(Workload.Execution(), CancellationToken.None);
        await log.AppendAsync(id, Workload.Begin(), CancellationToken.None);
        for (var first = 0; first < 5_000; first += Batch)
        {
            await log.AppendAsync(id, Workload.Dispatch((first / Batch) + 1, first, Batch), CancellationToken.None);
            await log.IngestAsync(id, Workload.Reports(first, Batch), CancellationToken.None);
        }

        (string Name, EventQuery Query)[] pages =
        [
            ("page 1", new EventQuery(1, 100)),
            ("page 100", new EventQuery(100, 100)),
            ("page 50 of one type", new EventQuery(50, 100, EventType.IterationCompleted)),
            ("since the last 100", new EventQuery(1, 100, SinceEventId: 9_900)),
            ("since the last 100, one type", new EventQuery(1, 100, EventType.IterationCompleted, 9_900)),
        ];
        foreach (var (name, query) in pages)
        {
            var p95 = await PercentileAsync(rounds, 0.95, async () => await log.PageAsync(id, query, CancellationToken.None));
            Print($"10,000 events: {name}, p95", p95, "ms");
        }
    }

    private static async Task MeasureDecisionAsync(PostgresEventLog log, ExecutionId id)
    {
        using var counter = new CommandCount();
        var snapshot = await log.ReadAsync(id, 0, CancellationToken.None);
        Print("queries to read for a decision", counter.Count, "commands");
        await log.AppendAsync(id, Workload.Dispatch(snapshot!.Header.Version, 1_000_000, count: 10), CancellationToken.None);
        Print("queries per decision, read and append", counter.Count, "commands");
        Print("read for a decision, p95", await PercentileAsync(200, 0.95, async () => await log.ReadAsync(id, 0, CancellationToken.None)), "ms");
    }

    private static async Task<double> RateAsync(int rounds, Func<int, Task> work)
    {
        await work(0);
        var began = Stopwatch.GetTimestamp();
        for (var i = 1; i <= rounds; i++) await work(i);
        return rounds / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task<double> PercentileAsync(int rounds, double percentile, Func<Task> work)
    {
        for (var i = 0; i < 10; i++) await work();
        var times = new double[rounds];
        for (var i = 0; i < rounds; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await work();
            times[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }

        Array.Sort(times);
        return times[(int)((rounds - 1) * percentile)];
    }

    private static void Print(string what, double value, string unit) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-60} {(value < 100 ? value.ToString("F2", CultureInfo.InvariantCulture) : value.ToString("N0", CultureInfo.InvariantCulture)),14} {unit}"));
}
