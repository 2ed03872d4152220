using System.Diagnostics;
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
using PlaybookOperator.Operator.Workers;
using PlaybookOperator.Testing;
using Delivery = PlaybookOperator.Core.Executions.Delivery;

namespace PlaybookOperator.Benchmarks.Inputs;

/// <summary>
/// What each strategy of <c>loading</c> makes the operator read and send for one step, after ten steps with results of 100 kB of which it names two, the
/// second on a way that is not taken: commands to a private PostgreSQL and bytes of JSON, of the claim and of what the worker asks for afterwards.
/// </summary>
public static class InputBenchmarks
{
    private const int Earlier = 10;
    private const int ResultBytes = 100_000;

    /// <summary>Returns the exit code.</summary>
    public static async Task<int> RunAsync()
    {
        await using var database = await PrivateEventLog.StartAsync(new PrivatePostgresOptions());
        foreach (var (name, loading) in ((string, string)[])
        [
            ("eager, maxDepth 10", """{"strategy":"eager","maxDepth":10}"""),
            ("eager, maxDepth 3", """{"strategy":"eager"}"""),
            ("selective", """{"strategy":"selective"}"""),
            ("lazy", """{"strategy":"lazy"}"""),
        ])
            await MeasureAsync(database.Log, name, loading);
        return 0;
    }

    private static async Task MeasureAsync(PostgresEventLog log, string name, string loading)
    {
        var workers = new HandMovedWorkers();
        var plans = new PlanSource(log, new BoundedCache<string, Plan>(PlanSource.DefaultCache, TimeProvider.System), new TemplateCache(TimeProvider.System));
        var states = new StateCache(new BoundedCache<ExecutionId, ExecutionState>(StateCache.DefaultCache, TimeProvider.System, StateCache.SizeOf));
        var reconciler = new Reconciler(log, log, plans, states, workers, TimeProvider.System);
        var id = await CreateAsync(log, loading);
        await reconciler.PassAsync(id, Intent.Run, CancellationToken.None);
        for (var ended = 0; ended < Earlier; ended++)
        {
            await log.IngestAsync(id, [Report(workers.Newest)], CancellationToken.None);
            workers.Alive.Clear();
            await reconciler.PassAsync(id, Intent.Run, CancellationToken.None);
        }

        var source = new AssignmentSource(log, new AssignmentReader(log), reconciler);
        using var commands = new CommandCount();
        var began = Stopwatch.GetTimestamp();
        var (assignment, refusal) = await source.ClaimAsync(id, workers.Newest, "pod", takesReferences: true, CancellationToken.None);
        if (assignment is null) throw new InvalidOperationException(refusal!.Reason);
        var bytes = (long)JsonSerializer.SerializeToUtf8Bytes(assignment, WorkJson.Default.Assignment).Length;
        // The worker renders its address, which names the first; the entry of the case that names the other is never asked.
        foreach (var reference in assignment.References?.Where(reference => reference.Step == "s2") ?? [])
        {
            var value = await source.ReadInputAsync(id, new InputRequest(reference.RunId, reference.WithResults), CancellationToken.None);
            bytes += JsonSerializer.SerializeToUtf8Bytes(new InputAnswer(value!.Value), WorkJson.Default.InputAnswer).Length;
        }

        Console.WriteLine(string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{name,-20} {commands.Count,3} commands {bytes,9:N0} bytes {Stopwatch.GetElapsedTime(began).TotalMilliseconds,7:0.0} ms"));
    }

    private static async Task<ExecutionId> CreateAsync(PostgresEventLog log, string loading)
    {
        var steps = string.Join(",", Enumerable.Range(1, Earlier).Select(i =>
            $$"""{"step":"s{{i}}","tool":{"kind":"http","url":"http://x.invalid/"},"next":"{{(i < Earlier ? $"s{i + 1}" : "use")}}"}"""));
        var spec = JsonElement.Parse($$$"""
            {"loading":{{{loading}}},"workflow":[{{{steps}}},{"step":"use","loop":{"in":[1],"workers":"job"},"tool":{"kind":"http","url":"http://x.invalid/{{ s2 | length }}"},
             "case":[{"when":"{{ status_code == 500 }}","then":{"result":"{{ s8 }}"}}]}]}
            """);
        var now = TimeProvider.System.GetUtcNow();
        return await log.CreateAsync(
            new NewExecution(ExecutionId.Create(now, 1), "bench", Guid.NewGuid().ToString(), "bench", "bench", "bench", PlaybookDocument.Digest(spec), spec, JsonElement.Parse("{}")) { CreatedAt = now },
            CancellationToken.None);
    }

    private static WorkReport Report(Delivery delivery) => new()
    {
        RunId = delivery.Key.RunId,
        Index = delivery.Key.Index,
        Fence = delivery.Fence,
        Outcome = WorkOutcome.Completed,
        Result = JsonSerializer.SerializeToElement(new string('x', ResultBytes)),
        ByReference = true,
    };
}
