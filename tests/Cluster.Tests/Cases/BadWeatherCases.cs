using System.Globalization;

namespace PlaybookOperator.Cluster.Tests.Cases;

/// <summary>Cases about what is killed, deleted or cancelled under way, on real pods.</summary>
public sealed class BadWeatherCases
{
    [Theory]
    [InlineData(6)]
    [InlineData(14)]
    public async Task C19_an_operator_killed_at_30_and_at_70_percent_leaves_the_result_exact(int requests)
    {
        await using var run = await ClusterRun.StartAsync("c19", SlowLoop(iterations: 20, delayMs: 500, "mode: async, maxParallel: 3"));
        await Cluster.UntilAsync($"{requests} iterations began", async () => await run.RequestsAsync() >= requests);

        var (code, _, error) = await Cluster.RunAsync("bash", $"hack/cluster/kill9.sh {Cluster.Operator} {await Cluster.OperatorPodAsync()}");

        Assert.True(code == 0, error);
        Assert.Equal("Completed", (await run.FinishedAsync(seconds: 180)).GetProperty("phase").GetString());
        Assert.Equal((20, 0, 1), (await run.EventsAsync("iteration.completed"), await run.EventsAsync("iteration.failed"), await run.EventsAsync("iterator.completed")));
        Assert.Equal(20, await run.RequestsAsync());
        await run.AssertDenseAsync();
    }

    [Fact]
    public async Task C20_a_workers_pod_deleted_in_the_middle_of_an_iteration_is_followed_by_one_more_delivery_of_it()
    {
        await using var run = await ClusterRun.StartAsync("c20", SlowLoop(iterations: 4, delayMs: 6000, "workers: job, mode: async, maxParallel: 2"));
        await Cluster.UntilAsync("two iterations call", async () => await run.RequestsAsync() == 2);
        var victim = (await run.OwnedAsync("pods"))[0];

        await Cluster.KubectlAsync($"-n {Cluster.Samples} delete {victim} --grace-period=0 --force");

        Assert.Equal("Completed", (await run.FinishedAsync(seconds: 180)).GetProperty("phase").GetString());
        Assert.Equal((4, 0), (await run.EventsAsync("iteration.completed"), await run.EventsAsync("iteration.failed")));
        Assert.Equal(5, await run.RequestsAsync());
        Assert.Equal(5, await run.EventsAsync("iteration.started"));
        Assert.Equal(1, await Cluster.NumberAsync($"SELECT count(*) FROM event WHERE execution_id = {await run.IdAsync()} AND event_type = 'iteration.started' AND context::text LIKE '%WorkerLost%'"));
    }

    [Fact]
    public async Task E10_a_cancelled_loop_starts_no_more_Jobs_deletes_those_that_run_and_ends_once()
    {
        await using var run = await ClusterRun.StartAsync("e10", SlowLoop(iterations: 40, delayMs: 120_000, "workers: job, mode: async, maxParallel: 3"));
        await Cluster.UntilAsync("three iterations call", async () => await run.RequestsAsync() == 3);

        await run.PatchAsync("{\\\"cancel\\\":true}");

        Assert.Equal("Cancelled", (await run.FinishedAsync()).GetProperty("phase").GetString());
        await Cluster.UntilAsync("no Job and no pod is left", async () => (await run.OwnedAsync("jobs")).Count == 0 && (await run.OwnedAsync("pods")).Count == 0, seconds: 240);
        Assert.Equal((1, 3), (await run.EventsAsync("execution.cancelled"), await run.EventsAsync("iteration.started")));
        Assert.Equal(3, await run.RequestsAsync());
        Assert.Equal(0, await Cluster.NumberAsync($"SELECT count(*) FROM iteration WHERE execution_id = {await run.IdAsync()}"));
    }

    [Fact]
    public async Task E11_cancelling_what_has_ended_or_was_cancelled_writes_nothing()
    {
        await using var run = await ClusterRun.StartAsync("e11", "  workflow:\n  - step: only\n    tool: {kind: transform, result: 1}\n");
        await run.FinishedAsync(seconds: 30);
        var before = await run.LastEventAsync();

        await run.PatchAsync("{\\\"cancel\\\":true}");
        await Cluster.UntilAsync("the operator has seen it", async () =>
            await run.FieldAsync("observedGeneration") == (await Cluster.KubectlAsync($"-n {Cluster.Samples} get execution {run.Name} -o jsonpath={{.metadata.generation}}")).Trim());

        Assert.Equal("Completed", await run.FieldAsync("phase"));
        Assert.Equal(before, await run.LastEventAsync());
    }

    [Fact]
    public async Task E16_a_call_of_150_seconds_is_executed_once()
    {
        await using var run = await ClusterRun.StartAsync("e16", SlowLoop(iterations: 1, delayMs: 150_000, "mode: sequential", "timeout: 200s"));

        Assert.Equal("Completed", (await run.FinishedAsync(seconds: 260)).GetProperty("phase").GetString());
        Assert.Equal((1, 1), (await run.RequestsAsync(), await run.EventsAsync("iteration.completed")));
    }

    [Fact]
    public async Task E17_a_child_of_150_seconds_is_not_started_twice()
    {
        await using var child = await ClusterRun.StartAsync("e17-child", SlowLoop(iterations: 1, delayMs: 0, "mode: sequential"));
        await child.FinishedAsync();
        await Cluster.KubectlAsync($"-n {Cluster.Samples} apply -f -", $"apiVersion: playbooks.dev/v1alpha1\nkind: Playbook\nmetadata: {{name: {child.Name}}}\nspec:\n"
            + SlowLoop(iterations: 1, delayMs: 150_000, "mode: sequential", "timeout: 200s").Replace("$name", child.Name + "-slow", StringComparison.Ordinal));

        await using var parent = await ClusterRun.StartAsync("e17", $"  workflow:\n  - step: call\n    tool: {{kind: playbook, name: {child.Name}}}\n");

        Assert.Equal("Completed", (await parent.FinishedAsync(seconds: 260)).GetProperty("phase").GetString());
        Assert.Equal(1, await Cluster.RequestsAsync(child.Name + "-slow"));
        Assert.Equal(1, await Cluster.NumberAsync($"SELECT count(DISTINCT execution_id) FROM event WHERE parent_execution_id = {await parent.IdAsync()}"));
    }

    /// <summary>A loop over calls of the sample API that take so long each.</summary>
    private static string SlowLoop(int iterations, int delayMs, string loop, string more = "") => ClusterRun.Secrets + string.Create(CultureInfo.InvariantCulture, $$$"""
          workflow:
          - step: fetch
            loop: {in: "{{ range({{{iterations}}}) }}", iterator: number, {{{loop}}} }
            {{{more}}}
            tool:
              kind: http
              url: "{{ secret.PAGINATED_API_URL }}/api/v1/assessments"
              params: {delay_ms: {{{delayMs}}}, pageSize: 1, run_key: $name}

        """);
}
