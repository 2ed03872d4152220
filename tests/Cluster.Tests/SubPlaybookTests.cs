using System.Text.Json;

namespace PlaybookOperator.Cluster.Tests;

/// <summary>The tool <c>playbook</c> on a real cluster: children are Executions, owned by their parent.</summary>
public sealed class SubPlaybookTests
{
    internal const string Child = """
          workload: {user: 0}
          workflow:
          - step: score
            tool: {kind: transform, result: "{{ workload.user * 10 }}"}

        """;

    private static string Slow(string runKey) => $$$"""
          secrets: [{name: PAGINATED_API_URL, secretKeyRef: {name: paginated-api, key: url}}]
          workflow:
          - step: fetch
            tool: {kind: http, url: "{{ secret.PAGINATED_API_URL }}/api/v1/assessments", params: {delay_ms: 60000, pageSize: 1, run_key: {{{runKey}}}}, timeout: 90s}

        """;

    [Fact]
    public async Task D10_four_users_give_four_child_executions_in_order()
    {
        var name = Unique("d10");
        await PlaybookAsync($"{name}-child", Child);
        await Cluster.StartAsync(name, Each($"{name}-child"));

        var status = await Cluster.FinishedAsync(name);

        Assert.Equal("Completed", status.GetProperty("phase").GetString());
        var id = status.GetProperty("executionId").GetString()!;
        var children = await ChildrenAsync(id);
        Assert.Equal([0, 1, 2, 3], children.Select(child => child.GetProperty("spec").GetProperty("parentExecution").GetProperty("index").GetInt32()).Order());
        Assert.Equal(4, await Cluster.NumberAsync($"SELECT count(*) FROM execution WHERE parent_id = {id} AND phase = 'Completed'"));
        Assert.Equal(
            4, await Cluster.NumberAsync($"SELECT count(*) FROM event WHERE execution_id = {id} AND event_type = 'iteration.completed' AND result = to_jsonb((iteration_index + 1) * 10)"));
        await Cluster.RemoveAsync(name);
        await Cluster.UntilAsync("the children are gone with their parent", async () => (await ChildrenAsync(id)).Count == 0);
        await Cluster.RemoveAsync($"{name}-child");
    }

    [Fact]
    public async Task E10_cancelling_a_parent_cancels_its_children_and_their_jobs_go()
    {
        var name = Unique("cascade");
        await PlaybookAsync($"{name}-child", Slow(name));
        await Cluster.StartAsync(name, Each($"{name}-child"));
        await Cluster.UntilAsync("children work", async () => (await ChildrenAsync(await IdAsync(name))).Count == 4
            && await JobsAsync(await ChildrenAsync(await IdAsync(name))) > 0);
        var id = await IdAsync(name);

        await Cluster.KubectlAsync($"-n {Cluster.Samples} patch execution {name} --type=merge -p {{\\\"spec\\\":{{\\\"cancel\\\":true}}}}");

        Assert.Equal("Cancelled", (await Cluster.FinishedAsync(name)).GetProperty("phase").GetString());
        await Cluster.UntilAsync(
            "all children are cancelled", async () => await Cluster.NumberAsync($"SELECT count(*) FROM execution WHERE parent_id = {id} AND phase = 'Cancelled'") == 4);
        await Cluster.UntilAsync("no Job is left", async () => await JobsAsync(await ChildrenAsync(id)) == 0);
        await Cluster.RemoveAsync(name);
        await Cluster.RemoveAsync($"{name}-child");
    }

    internal static string Each(string child) => $$$"""
          workflow:
          - step: each
            loop: {in: [1, 2, 3, 4], iterator: user, mode: async}
            tool: {kind: playbook, name: {{{child}}}, args: {user: "{{ user }}"}}

        """;

    private static string Unique(string kind) => $"{kind}-{Guid.NewGuid().ToString("N")[..8]}";

    internal static Task<string> PlaybookAsync(string name, string spec) => Cluster.KubectlAsync(
        $"-n {Cluster.Samples} apply -f -", $"apiVersion: playbooks.dev/v1alpha1\nkind: Playbook\nmetadata: {{name: {name}}}\nspec:\n{spec}");

    internal static Task<string> IdAsync(string name) => Cluster.StatusAsync(name, "executionId");

    internal static async Task<IReadOnlyList<JsonElement>> ChildrenAsync(string id)
    {
        var list = await Cluster.GetAsync($"/apis/playbooks.dev/v1alpha1/namespaces/{Cluster.Samples}/executions?labelSelector=playbooks.dev%2Fparent-execution-id%3D{id}");
        return [.. list!.Value.GetProperty("items").EnumerateArray()];
    }

    private static async Task<int> JobsAsync(IReadOnlyList<JsonElement> children)
    {
        var count = 0;
        foreach (var child in children)
        {
            if (!child.TryGetProperty("status", out var status) || !status.TryGetProperty("executionId", out var id)) continue;
            count += (await Cluster.OwnedAsync("jobs", id.GetString()!)).Count;
        }

        return count;
    }
}
