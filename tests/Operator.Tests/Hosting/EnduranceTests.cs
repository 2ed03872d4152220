using System.Diagnostics;
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
        started.Playbook("book", "{eventRetention: 0s, workflow: [{step: spin, tool: {kind: transform, result: '{{ workload.text | length }}'}, "
            + "vars: {n: '{{ (vars.n | default(0)) + 1 }}'}, next: [{when: 'vars.n < 10', then: spin}]}]}");
        long before = 0, after = 0;
        for (var round = -2; round < Rounds; round++)
        {
            for (var i = 0; i < ExecutionsARound; i++)
                started.Execution($"run-{round + 2}-{i}", $"{{playbook: book, ttlSecondsAfterFinished: 0, workload: {{text: {new string((char)('a' + i), 40_000)}}}}}");
            await OperatorUnderTest.UntilAsync("all have ended and are gone", () => started.Executions().Count == 0);
            await OperatorUnderTest.UntilAsync("their rows are gone", async () => await started.NumberAsync("SELECT count(*) FROM execution") == 0);
            started.ForgetThePast();
            after = Heap();
            if (round == -1) before = after;
        }

        // Each brought 40 kB. A good kilobyte of it may stay: the recorder of Events knows the last 4,096 that it told, to count repetitions.
        const int Executions = Rounds * ExecutionsARound;
        Assert.True(after - before < 2_500L * Executions, $"The heap grew from {before:N0} to {after:N0} bytes over {Executions} executions.");
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
