using System.Diagnostics;
using System.Globalization;
using System.Net;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Hosting;

/// <summary>What a whole operator is like after much work, and during it.</summary>
[Collection(WholeOperator.Name)]
public sealed class EnduranceTests
{
    [Fact]
    public async Task Ten_rounds_of_executions_leave_nothing_of_them_on_the_heap()
    {
        const int ExecutionsARound = 25, Rounds = 10;
        await using var started = await OperatorUnderTest.StartAsync();
        const string Book = "{eventRetention: 1ms, workflow: [{step: spin, tool: {kind: transform, result: '{{ workload.text | length }}'}, "
            + "vars: {n: '{{ (vars.n | default(0)) + 1 }}'}, next: [{when: 'vars.n < 10', then: spin}]}]}";
        var heaps = new List<long>();
        for (var round = -2; round < Rounds; round++)
        {
            var namespaces = Enumerable.Range(0, ExecutionsARound).Select(i => $"team-{round + 2}-{i}").ToList();
            foreach (var space in namespaces)
            {
                started.Playbook("book", Book, space);
                started.Execution("run", $"{{playbook: book, ttlSecondsAfterFinished: 0, workload: {{text: '{space.PadRight(40_000, 'x')}'}}}}", space);
            }

            await OperatorUnderTest.UntilAsync("all have ended and are gone", () => namespaces.TrueForAll(space => started.FindExecution("run", space) is null));
            foreach (var space in namespaces) started.DeletePlaybook("book", space);
            await OperatorUnderTest.UntilAsync("their rows are gone", async () => await started.NumberAsync("SELECT count(*) FROM execution") == 0);
            started.ForgetThePast();
            if (round >= -1) heaps.Add(Heap());
        }

        // Each brought 40 kB. A good kilobyte of it may stay: the recorder of Events knows the last 4,096 that it told, to count repetitions.
        // A leak grows in every round, where the runtime's pools of buffers come and go by megabytes in some: so the quiet rounds tell.
        var growths = heaps.Zip(heaps.Skip(1), (former, next) => next - former).Order().ToList();
        Assert.True(growths[Rounds / 4] < 2_500L * ExecutionsARound, $"The heap was {string.Join(", ", heaps.Select(heap => heap.ToString("N0", CultureInfo.InvariantCulture)))} bytes after the rounds of {ExecutionsARound} executions.");
    }

    [Fact]
    public async Task A_parameter_of_ten_thousand_items_leaves_resource_and_events_small()
    {
        const int Items = 10_000;
        await using var started = await OperatorUnderTest.StartAsync();
        started.Playbook("book", "workflow: [{step: walk, loop: {in: '{{ workload.items }}', iterator: item, mode: async, workers: pool, poolSize: 1, collect: none}, tool: {kind: transform, result: '{{ item.name }}'}}]");
        var items = string.Join(", ", Enumerable.Range(0, Items).Select(i => $"{{id: {i}, name: item number {i}}}"));
        started.Execution("one", $"{{playbook: book, workload: {{items: [{items}]}}}}");
        await OperatorUnderTest.UntilAsync("there is a Job", () => started.Jobs().Count == 1);
        await WorkerPod.RunAsync(started, started.Jobs()[0], new Dictionary<string, string>());

        var ended = await started.FinishedAsync("one");
        Assert.Equal(("Completed", $"{Items}/{Items}"), (OperatorUnderTest.Phase(ended), (string?)ended["status"]!["progress"]!["text"]));
        Assert.InRange(ended["status"]!.ToJsonString().Length, 100, 16 << 10);
        Assert.InRange(await started.NumberAsync("SELECT max(octet_length(coalesce(context::text, '')) + octet_length(coalesce(result::text, ''))) FROM event"), 100, 16 << 10);
        Assert.Equal(Items, await started.NumberAsync("SELECT count(*) FROM event WHERE event_type = 'iteration.completed'"));
    }

    [Fact]
    public async Task The_liveness_probe_is_answered_while_500_Jobs_are_dispatched()
    {
        await using var started = await OperatorUnderTest.StartAsync(("Kubernetes:RequestsPerSecond", "10000"), ("Kubernetes:RequestBurst", "10000"));
        started.Playbook("book", "workflow: [{step: walk, loop: {in: '{{ range(500) }}', mode: async, maxParallel: 500, workers: job}, tool: {kind: http, url: 'http://example.invalid/'}}]");
        using var client = new HttpClient { BaseAddress = started.Address };
        started.Execution("one", "{playbook: book}");
        var (probes, slowest) = (0, TimeSpan.Zero);
        while (started.Jobs().Count < 500)
        {
            var asked = Stopwatch.GetTimestamp();
            using var answer = await client.GetAsync("/livez", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var took = Stopwatch.GetElapsedTime(asked);
            (probes, slowest) = (probes + 1, took > slowest ? took : slowest);
            Assert.True(probes < 100_000, $"After {probes} probes there are {started.Jobs().Count} Jobs.");
        }

        // The chart's probe waits 5 s.
        Assert.True(probes > 10 && slowest < TimeSpan.FromSeconds(5), $"{probes} probes, the slowest took {slowest}.");
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_ended_with_504()
    {
        await using var started = await OperatorUnderTest.StartAsync(("Api:Auth", "none"), ("Api:RequestTimeoutSeconds", "1"));
        started.Playbook("book", "workflow: [{step: only, tool: {kind: noop}}]");
        started.Execution("one", "{playbook: book}");
        var id = (string?)(await started.FinishedAsync("one"))["status"]!["executionId"];
        using var client = new HttpClient { BaseAddress = started.Address };
        var held = started.TextAsync("BEGIN; LOCK TABLE execution; SELECT pg_sleep(4)::text; COMMIT");
        await OperatorUnderTest.UntilAsync("the table is locked", async () => await started.NumberAsync("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted") > 0);

        var asked = Stopwatch.GetTimestamp();
        using var answer = await client.GetAsync($"/api/executions/{id}", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        Assert.InRange(Stopwatch.GetElapsedTime(asked).TotalSeconds, 0.9, 3.5);
        await held;
    }

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
