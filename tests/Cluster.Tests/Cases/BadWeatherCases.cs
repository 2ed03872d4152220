namespace PlaybookOperator.Cluster.Tests.Cases;

/// <summary>Cases about what is deleted or cancelled under way, on real pods.</summary>
public sealed class BadWeatherCases
{
    [Fact]
    public async Task C20_a_workers_pod_deleted_in_the_middle_of_an_iteration_is_followed_by_one_more_delivery_of_it()
    {
        await using var run = await ClusterRun.StartAsync("c20", ClusterRun.SlowLoop(iterations: 4, delayMs: 6000, "workers: job, mode: async, maxParallel: 2"));
        await Cluster.UntilAsync("two iterations call", async () => await run.RequestsAsync() == 2);
        var victim = (await run.OwnedAsync("pods"))[0];

        await Cluster.KubectlAsync($"-n {Cluster.Samples} delete pod {victim} --grace-period=0 --force");

        Assert.Equal("Completed", (await run.FinishedAsync()).GetProperty("phase").GetString());
        Assert.Equal((4, 0), (await run.EventsAsync("iteration.completed"), await run.EventsAsync("iteration.failed")));
        Assert.Equal(5, await run.RequestsAsync());
        Assert.Equal(5, await run.EventsAsync("iteration.started"));
        Assert.Equal(1, await Cluster.NumberAsync($"SELECT count(*) FROM event WHERE execution_id = {await run.IdAsync()} AND event_type = 'iteration.started' AND context::text LIKE '%WorkerLost%'"));
    }

    [Fact]
    public async Task E10_a_cancelled_loop_starts_no_more_Jobs_deletes_those_that_run_and_ends_once()
    {
        await using var run = await ClusterRun.StartAsync("e10", ClusterRun.SlowLoop(iterations: 40, delayMs: 120_000, "workers: job, mode: async, maxParallel: 3"));
        await Cluster.UntilAsync("three iterations call", async () => await run.RequestsAsync() == 3);

        await run.PatchAsync("{\\\"cancel\\\":true}");

        Assert.Equal("Cancelled", (await run.FinishedAsync()).GetProperty("phase").GetString());
        await Cluster.UntilAsync("no Job and no pod is left", async () => (await run.OwnedAsync("jobs")).Count == 0 && (await run.OwnedAsync("pods")).Count == 0);
        Assert.Equal((1, 3), (await run.EventsAsync("execution.cancelled"), await run.EventsAsync("iteration.started")));
        Assert.Equal(3, await run.RequestsAsync());
        Assert.Equal(0, await Cluster.NumberAsync($"SELECT count(*) FROM iteration WHERE execution_id = {await run.IdAsync()}"));
    }

    [Fact]
    public async Task E11_cancelling_what_has_ended_or_was_cancelled_writes_nothing()
    {
        await using var run = await ClusterRun.StartAsync("e11", "  workflow:\n  - step: only\n    tool: {kind: transform, result: 1}\n");
        await run.FinishedAsync();
        var before = await run.LastEventAsync();

        await run.PatchAsync("{\\\"cancel\\\":true}");
        await Cluster.UntilAsync("the operator has seen it", async () =>
            await run.FieldAsync("observedGeneration") == (await Cluster.ExecutionAsync(run.Name)).GetProperty("metadata").GetProperty("generation").ToString());

        Assert.Equal("Completed", await run.FieldAsync("phase"));
        Assert.Equal(before, await run.LastEventAsync());
    }
}
