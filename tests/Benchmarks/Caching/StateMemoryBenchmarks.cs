using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PlaybookOperator.Benchmarks.EventLog;
using PlaybookOperator.Benchmarks.Executions;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog;
using PlaybookOperator.EventLog.Postgres;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Testing;
using Delivery = PlaybookOperator.Core.Executions.Delivery;

namespace PlaybookOperator.Benchmarks.Caching;

/// <summary>
/// What the cache <c>execution_state</c> holds on to when it is full: of a thousand executions that were passed over as the operator does, on a private
/// PostgreSQL, each with nine steps behind it whose results have 1 kB, in the middle of a loop of a thousand iterations.
/// </summary>
public static class StateMemoryBenchmarks
{
    private const int Executions = 1_000;
    private const int Earlier = 9;
    private const int Iterations = 1_000;
    private const int Parallel = 50;
    private const int ResultBytes = 1_000;
    private const double GoalMegabytes = 100;

    /// <summary>Returns 0, or 1 when they take more than <see cref="GoalMegabytes"/>.</summary>
    public static async Task<int> RunAsync()
    {
        await using var database = await PrivateEventLog.StartAsync(new PrivatePostgresOptions());
        var cache = new BoundedCache<ExecutionId, ExecutionState>(StateCache.DefaultCache, TimeProvider.System, StateCache.SizeOf);
        var plans = new PlanSource(database.Log, new BoundedCache<string, Plan>(PlanSource.DefaultCache, TimeProvider.System), new TemplateCache(TimeProvider.System));
        // One whole run first: what is compiled, pooled and loaded once is nobody's state.
        await FillAsync(database.Log, plans, cache, 1);
        cache.Clear();
        var before = Heap();
        var began = Stopwatch.GetTimestamp();
        await FillAsync(database.Log, plans, cache, Executions);
        var took = Stopwatch.GetElapsedTime(began);
        var (full, statistics) = (Heap(), cache.Statistics);
        if (statistics.Size != Executions) throw new InvalidOperationException($"{statistics.Size} of {Executions} states are in the cache: {statistics.Evictions.Total} were evicted.");
        if (!ExecutionId.TryParse(cache.Entries(0, 1)[0].Key, out var newest) || !cache.TryGet(newest, out var state) || state.Open.Count != Parallel || state.Steps.Count != Earlier + 1)
            throw new InvalidOperationException("The states are not those that were meant.");
        cache.Clear();
        var after = Heap();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Executions:N0} executions in {took.TotalSeconds:N0} s: heap {Megabytes(before):N1} MB before, {Megabytes(full):N1} MB with the cache full, {Megabytes(after):N1} MB when it was emptied"));
        var held = Megabytes(full - before);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"per {Executions:N0}: {held:N1} MB, {(full - before) / Executions:N0} bytes each; the cache counts {Megabytes(statistics.Bytes):N1} MB, {statistics.Bytes / (double)(full - before):N2} of it"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"at most {GoalMegabytes} MB: {(held <= GoalMegabytes ? "yes" : "NO")}"));
        return held <= GoalMegabytes ? 0 : 1;
    }

    private static async Task FillAsync(PostgresEventLog log, PlanSource plans, BoundedCache<ExecutionId, ExecutionState> cache, int executions)
    {
        var spec = Spec();
        for (var number = 0; number < executions; number++)
        {
            var workers = new HandMovedWorkers();
            var reconciler = new Reconciler(log, log, plans, new StateCache(cache), workers, TimeProvider.System);
            var now = TimeProvider.System.GetUtcNow();
            var created = new NewExecution(ExecutionId.Create(now, number), "bench", Guid.NewGuid().ToString(), "bench", "bench", "bench", PlaybookDocument.Digest(spec), spec, JsonText.EmptyObject) { CreatedAt = now };
            var id = await log.CreateAsync(created, CancellationToken.None);
            await reconciler.PassAsync(id, Intent.Run, CancellationToken.None);
            // The steps, then as many iterations as run at once: others start in their place.
            for (var ended = 0; ended <= Earlier; ended++)
            {
                await log.IngestAsync(id, [.. workers.Alive.Keys.Select(Report)], CancellationToken.None);
                workers.Alive.Clear();
                await reconciler.PassAsync(id, Intent.Run, CancellationToken.None);
            }
        }
    }

    private static JsonElement Spec()
    {
        var steps = string.Join(",", Enumerable.Range(1, Earlier).Select(i =>
            $$"""{"step":"s{{i}}","tool":{"kind":"http","url":"http://x.invalid/"},"next":"{{(i < Earlier ? $"s{i + 1}" : "walk")}}"}"""));
        return JsonElement.Parse($$$"""
            {"workflow":[{{{steps}}},{"step":"walk","loop":{"in":"{{ range({{{Iterations}}}) }}","mode":"async","maxParallel":{{{Parallel}}},"workers":"job"},"tool":{"kind":"http","url":"http://x.invalid/"}}]}
            """);
    }

    private static WorkReport Report(Delivery delivery) => new()
    {
        RunId = delivery.Key.RunId,
        Index = delivery.Key.Index,
        Fence = delivery.Fence,
        Outcome = WorkOutcome.Completed,
        Result = JsonSerializer.SerializeToElement(new string('x', ResultBytes)),
    };

    private static double Megabytes(long bytes) => bytes / 1e6;

    private static long Heap()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
