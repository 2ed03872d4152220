using PlaybookOperator.Cluster.Tests.Cases;

namespace PlaybookOperator.Cluster.Tests;

/// <summary>The operator or its database is killed with SIGKILL under way. Each test has the cluster for itself.</summary>
[Collection(Alone.Name)]
public sealed class DisruptionTests
{
    [Theory]
    [InlineData(6)]
    [InlineData(14)]
    public async Task C19_an_operator_killed_at_30_and_at_70_percent_leaves_the_result_exact(int requests)
    {
        await using var run = await ClusterRun.StartAsync("c19", ClusterRun.SlowLoop(iterations: 20, delayMs: 500, "mode: async, maxParallel: 3"));
        await Cluster.UntilAsync($"{requests} iterations began", async () => await run.RequestsAsync() >= requests);

        await KillAsync(await Cluster.OperatorPodAsync());

        await AssertCompletedAsync(run.FinishedAsync());
        Assert.Equal((20, 0, 1), (await run.EventsAsync("iteration.completed"), await run.EventsAsync("iteration.failed"), await run.EventsAsync("iterator.completed")));
        Assert.Equal(20, await Cluster.NumberAsync($"SELECT count(DISTINCT iteration_index) FROM event WHERE execution_id = {await run.IdAsync()} AND event_type = 'iteration.completed'"));
        Assert.Equal(20, await run.RequestsAsync());
        await run.AssertDenseAsync();
    }

    [Fact]
    public async Task A_restart_of_postgres_under_way_loses_nothing()
    {
        await using var run = await ClusterRun.StartAsync("postgres", ClusterRun.SlowLoop(iterations: 12, delayMs: 500, "mode: async, maxParallel: 3"));
        await Cluster.UntilAsync("2 iterations began", async () => await run.RequestsAsync() >= 2);

        await KillAsync(Cluster.Postgres);

        await AssertCompletedAsync(run.FinishedAsync());
        Assert.Equal(12, await run.EventsAsync("iteration.completed"));
        await run.AssertDenseAsync();
    }

    [Fact]
    public async Task An_operator_killed_while_children_run_loses_none_and_starts_none_twice()
    {
        var name = $"kill-{Guid.NewGuid().ToString("N")[..8]}";
        await SubPlaybookTests.PlaybookAsync($"{name}-leaf", SubPlaybookTests.Child);
        await SubPlaybookTests.PlaybookAsync($"{name}-child", SubPlaybookTests.Each($"{name}-leaf"));
        await Cluster.StartAsync(name, SubPlaybookTests.Each($"{name}-child"));
        await Cluster.UntilAsync("a child exists", async () => (await SubPlaybookTests.IdAsync(name)).Length > 0 && (await SubPlaybookTests.ChildrenAsync(await SubPlaybookTests.IdAsync(name))).Count > 0);

        await KillAsync(await Cluster.OperatorPodAsync());

        await AssertCompletedAsync(Cluster.FinishedAsync(name));
        Assert.Equal(16, await Cluster.NumberAsync($"SELECT count(*) FROM execution WHERE playbook = '{name}-leaf'"));
        foreach (var made in (string[])[name, $"{name}-child", $"{name}-leaf"]) await Cluster.RemoveAsync(made);
    }

    [Fact]
    public async Task An_operator_killed_while_a_pool_works_costs_no_iteration()
    {
        await using var run = await ClusterRun.StartAsync("pool-c19", PoolTests.Loop(500));
        await Cluster.UntilAsync("iterations end", async () => await run.EventsAsync("iteration.completed") > 50);

        await KillAsync(await Cluster.OperatorPodAsync());

        await AssertCompletedAsync(run.FinishedAsync());
        await run.AssertEndedOnceAsync(500);
        await run.AssertDenseAsync();
    }

    private static async Task AssertCompletedAsync(Task<System.Text.Json.JsonElement> finished)
    {
        var status = await finished;
        Assert.True(status.GetProperty("phase").GetString() == "Completed", status.GetRawText());
    }

    private static async Task KillAsync(string pod)
    {
        var (code, _, error) = await Cluster.RunAsync("bash", $"hack/cluster/kill9.sh {Cluster.Operator} {pod}");
        Assert.True(code == 0, error);
    }
}

/// <summary>Tests that break a part which all tests share; they run one by one, after the others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class Alone
{
    public const string Name = "alone";
}
