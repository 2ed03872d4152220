using PlaybookOperator.Cluster.Tests.Cases;

namespace PlaybookOperator.Cluster.Tests;

/// <summary>Loops with a pool of workers, on real pods.</summary>
public sealed class PoolTests
{
    /// <summary>A loop of so many iterations that take a twentieth of a second: long enough for a test to step in.</summary>
    internal static string Loop(int iterations, string tool = "{kind: shell, cmds: 'sleep 0.05'}") => $$$"""
          workflow:
          - step: work
            loop: {in: "{{ range({{{iterations}}}) }}", iterator: i, mode: async, maxParallel: 4, poolSize: 2, workers: pool, collect: none}
            tool: {{{tool}}}

        """;

    [Fact]
    public async Task A_loop_of_20000_is_run_by_one_Job_with_one_event_for_each_iteration()
    {
        await using var run = await ClusterRun.StartAsync("pool", Loop(20_000, "{kind: transform, result: '{{ i * 2 }}'}"));

        Assert.Equal("Completed", (await run.FinishedAsync()).GetProperty("phase").GetString());
        await run.AssertEndedOnceAsync(20_000);
        Assert.Equal(20_008, await run.LastEventAsync());
        Assert.Equal(1, await Cluster.NumberAsync($"SELECT count(*) FROM job WHERE execution_id = {await run.IdAsync()}"));
        Assert.Equal(0, await Cluster.NumberAsync($"SELECT count(*) FROM pool WHERE execution_id = {await run.IdAsync()}"));
        await run.AssertDenseAsync();
    }

    [Fact]
    public async Task A_loop_with_aggregates_sums_up_every_iteration_once()
    {
        await using var run = await ClusterRun.StartAsync("sums", """
              workflow:
              - step: work
                loop: {in: "{{ range(1, 20001) }}", iterator: num, mode: async, poolSize: 2, workers: pool, collect: aggregates, aggregate: {value: "{{ result }}"}}
                tool: {kind: transform, result: "{{ num }}"}

            """);

        Assert.Equal("Completed", (await run.FinishedAsync()).GetProperty("phase").GetString());
        var end = await Cluster.TextAsync($"SELECT result -> 'aggregates' ->> 'value' FROM event WHERE execution_id = {await run.IdAsync()} AND event_type = 'iterator.completed'");
        using var value = System.Text.Json.JsonDocument.Parse(end);
        double Figure(string name) => value.RootElement.GetProperty(name).GetDouble();
        Assert.Equal((20_000, 200_010_000, 10_000.5, 1, 20_000), (Figure("count"), Figure("sum"), Figure("mean"), Figure("min"), Figure("max")));
        Assert.InRange(Figure("p95"), 18_700, 19_300);
    }

    [Fact]
    public async Task A_pod_killed_under_way_costs_no_iteration()
    {
        await using var run = await ClusterRun.StartAsync("pool-kill", Loop(400));
        await Cluster.UntilAsync("iterations end", async () => await run.EventsAsync("iteration.completed") > 50);

        await Cluster.KubectlAsync($"-n {Cluster.Samples} delete pod {(await run.OwnedAsync("pods"))[0]} --grace-period=0 --force");

        Assert.Equal("Completed", (await run.FinishedAsync()).GetProperty("phase").GetString());
        await run.AssertEndedOnceAsync(400);
        await run.AssertDenseAsync();
    }

    [Fact]
    public async Task A_suspended_pool_leaves_and_goes_on_where_it_was_when_resumed()
    {
        await using var run = await ClusterRun.StartAsync("pool-pause", Loop(400));
        await Cluster.UntilAsync("iterations end", async () => await run.EventsAsync("iteration.completed") > 50);

        await run.PatchAsync("{\\\"suspend\\\":true}");
        await Cluster.UntilAsync("nothing is leased", async () =>
            await run.FieldAsync("phase") == "Suspended" && await Cluster.NumberAsync($"SELECT coalesce(sum(leased), 0) FROM loop WHERE execution_id = {await run.IdAsync()}") == 0);
        var before = await run.EventsAsync("iteration.completed");
        await run.PatchAsync("{\\\"suspend\\\":false}");

        Assert.InRange(before, 50, 399);
        Assert.Equal("Completed", (await run.FinishedAsync()).GetProperty("phase").GetString());
        await run.AssertEndedOnceAsync(400);
    }
}
