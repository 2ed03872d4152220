namespace PlaybookOperator.Cluster.Tests.Cases;

/// <summary>A child that runs longer than any lease or heartbeat.</summary>
public sealed class LongChildCases
{
    [Fact]
    public async Task E17_a_child_of_150_seconds_is_not_started_twice()
    {
        await using var child = await ClusterRun.StartAsync("e17-child", ClusterRun.SlowLoop(iterations: 1, delayMs: 0, "mode: sequential"));
        await child.FinishedAsync();
        await Cluster.KubectlAsync($"-n {Cluster.Samples} apply -f -", $"apiVersion: playbooks.dev/v1alpha1\nkind: Playbook\nmetadata: {{name: {child.Name}}}\nspec:\n"
            + ClusterRun.SlowLoop(iterations: 1, delayMs: 150_000, "mode: sequential", "timeout: 200s").Replace("$name", child.Name + "-slow", StringComparison.Ordinal));

        await using var parent = await ClusterRun.StartAsync("e17", $"  workflow:\n  - step: call\n    tool: {{kind: playbook, name: {child.Name}}}\n");

        Assert.Equal("Completed", (await parent.FinishedAsync()).GetProperty("phase").GetString());
        Assert.Equal(1, await Cluster.RequestsAsync(child.Name + "-slow"));
        Assert.Equal(1, await Cluster.NumberAsync($"SELECT count(DISTINCT execution_id) FROM event WHERE parent_execution_id = {await parent.IdAsync()}"));
    }
}
