namespace PlaybookOperator.Cluster.Tests;

/// <summary>What an Execution's spec says about its input and its life, on a real API server.</summary>
public sealed class ControlTests
{
    private const string Echo = "  workload: {a: 1, b: 1, c: 1}\n  workflow:\n  - step: echo\n    tool: {kind: transform, result: \"{{ workload }}\"}\n";

    [Fact]
    public async Task A_finished_Execution_is_deleted_when_its_time_is_up_and_its_rows_live_on()
    {
        var name = Unique("ttl");
        await PlaybookAsync(name, Echo);
        await ExecutionAsync(name, "{ttlSecondsAfterFinished: 2}");

        await Cluster.UntilAsync("it is gone", async () => await Cluster.FindExecutionAsync(name) is null);

        Assert.Equal(1, await Cluster.NumberAsync($"SELECT count(*) FROM execution WHERE name = '{name}' AND phase = 'Completed' AND expires_at > now() + interval '29 days'"));
        await Cluster.RemoveAsync(name);
    }

    [Fact]
    public async Task A_workload_from_a_ConfigMap_is_waited_for_and_merged()
    {
        var name = Unique("from");
        await PlaybookAsync(name, Echo);
        await ExecutionAsync(name, $"{{workload: {{c: 3}}, workloadFrom: {{configMapKeyRef: {{name: {name}, key: data}}}}}}");
        await Cluster.UntilAsync("it waits", async () => (await MessageAsync(name)).Contains($"ConfigMap '{name}'", StringComparison.Ordinal));

        await Cluster.KubectlAsync($"-n {Cluster.Samples} create configmap {name} --from-literal=data={{\\\"b\\\":2,\\\"c\\\":2}}");

        var status = await Cluster.FinishedAsync(name);
        Assert.Equal("Completed", status.GetProperty("phase").GetString());
        var id = status.GetProperty("executionId").GetString();
        Assert.Equal(1, await Cluster.NumberAsync($"SELECT count(*) FROM event WHERE execution_id = {id} AND event_type = 'call.done' AND result = '{{\"a\": 1, \"b\": 2, \"c\": 3}}'"));
        await Cluster.KubectlAsync($"-n {Cluster.Samples} delete configmap {name}");
        await Cluster.RemoveAsync(name);
    }

    [Fact]
    public async Task Overrides_edited_while_it_runs_are_an_event_and_take_effect()
    {
        var name = Unique("override");
        await PlaybookAsync(name, $$$"""
              secrets: [{name: PAGINATED_API_URL, secretKeyRef: {name: paginated-api, key: url}}]
              workflow:
              - step: walk
                loop: {in: "{{ range(40) }}", mode: async, maxParallel: 1, workers: job}
                tool: {kind: http, url: "{{ secret.PAGINATED_API_URL }}/api/v1/assessments", params: {delay_ms: 2000, pageSize: 1, run_key: {{{name}}}}}

            """);
        await ExecutionAsync(name, "{}");
        await Cluster.UntilAsync("a worker runs", async () => await StartedAsync(name) > 0);

        await Cluster.KubectlAsync($"-n {Cluster.Samples} patch execution {name} --type=merge -p {{\\\"spec\\\":{{\\\"overrides\\\":{{\\\"loops\\\":{{\\\"walk\\\":{{\\\"maxParallel\\\":3}}}}}}}}}}");

        await Cluster.UntilAsync("it is an event", async () => await EventsAsync(name, "execution.updated") == 1, seconds: 30);
        await Cluster.UntilAsync("3 iterations are open", async () => await Cluster.NumberAsync($"SELECT count(*) FROM iteration i JOIN execution x ON x.id = i.execution_id WHERE x.name = '{name}'") == 3);
        await Cluster.RemoveAsync(name);
    }

    [Theory]
    [InlineData("{limits: {maxParallel: 5000}}", "may only tighten the playbook's 1000, not 5000")]
    [InlineData("{workload: {a: text}}", "workload.a: must be an integer")]
    public async Task A_spec_that_asks_for_what_it_may_not_fails_at_once(string spec, string expected)
    {
        var name = Unique("refuse");
        await PlaybookAsync(name, "  schema: {properties: {a: {type: integer}}}\n" + Echo);
        await ExecutionAsync(name, spec);

        var status = await Cluster.FinishedAsync(name);

        Assert.Equal("Failed", status.GetProperty("phase").GetString());
        Assert.Contains(expected, status.GetProperty("message").GetString(), StringComparison.Ordinal);
        await Cluster.RemoveAsync(name);
    }

    private static string Unique(string kind) => $"{kind}-{Guid.NewGuid().ToString("N")[..8]}";

    private static Task<string> PlaybookAsync(string name, string spec) => Cluster.KubectlAsync(
        $"-n {Cluster.Samples} apply -f -", $"apiVersion: playbooks.dev/v1alpha1\nkind: Playbook\nmetadata: {{name: {name}}}\nspec:\n{spec}");

    /// <param name="spec">A flow map of what stands beside <c>playbook</c>.</param>
    private static Task<string> ExecutionAsync(string name, string spec)
    {
        var rest = spec is "{}" ? "" : $", {spec[1..^1]}";
        return Cluster.KubectlAsync(
            $"-n {Cluster.Samples} create -f -", $"apiVersion: playbooks.dev/v1alpha1\nkind: Execution\nmetadata: {{name: {name}}}\nspec: {{playbook: {name}{rest}}}\n");
    }

    private static async Task<string> MessageAsync(string name) =>
        await Cluster.StatusAsync(name, "message");

    private static Task<long> StartedAsync(string name) => EventsAsync(name, "iteration.started");

    private static Task<long> EventsAsync(string name, string type) =>
        Cluster.NumberAsync($"SELECT count(*) FROM event e JOIN execution x ON x.id = e.execution_id WHERE x.name = '{name}' AND e.event_type = '{type}'");
}
