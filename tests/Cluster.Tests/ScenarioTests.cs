using System.Globalization;

namespace PlaybookOperator.Cluster.Tests;

/// <summary>The scenario, and what a user sees of executions, on real pods.</summary>
public sealed class ScenarioTests
{
    /// <summary>A loop whose iterations take about a second each, on the sample API.</summary>
    private static string SlowLoop(string runKey, int iterations, int delayMs, int maxParallel) => string.Create(CultureInfo.InvariantCulture, $$$"""
          secrets: [{name: PAGINATED_API_URL, secretKeyRef: {name: paginated-api, key: url}}]
          workflow:
          - step: fetch
            loop: {in: "{{ range({{{iterations}}}) }}", iterator: number, mode: async, maxParallel: {{{maxParallel}}}}
            tool:
              kind: http
              url: "{{ secret.PAGINATED_API_URL }}/api/v1/assessments"
              params: {delay_ms: {{{delayMs}}}, pageSize: 1, run_key: {{{runKey}}}}

        """);

    [Fact]
    public async Task B1_the_scenario_gives_2_jobs_2_rows_and_exactly_the_promised_events()
    {
        var name = Unique("b1");
        var before = await Cluster.NumberAsync("SELECT count(*) FROM noetl_test.pagination_loop_results");
        var sample = await File.ReadAllTextAsync(Path.Combine(Cluster.Repository, "config/samples/loop-with-pagination.yaml"), TestContext.Current.CancellationToken);
        await Cluster.KubectlAsync($"-n {Cluster.Samples} apply -f -", sample);
        await Cluster.KubectlAsync(
            $"-n {Cluster.Samples} create -f -", $"apiVersion: playbooks.dev/v1alpha1\nkind: Execution\nmetadata: {{name: {name}}}\nspec: {{playbook: loop-with-pagination}}\n");

        var status = await Cluster.FinishedAsync(name);

        Assert.Equal("Completed", status.GetProperty("phase").GetString());
        var id = status.GetProperty("executionId").GetString();
        Assert.Equal("2/2", status.GetProperty("progress").GetProperty("text").GetString());
        Assert.Equal(before + 2, await Cluster.NumberAsync("SELECT count(*) FROM noetl_test.pagination_loop_results"));
        Assert.Equal(2, await Cluster.NumberAsync($"SELECT count(*) FROM noetl_test.pagination_loop_results WHERE execution_id::text = '{id}' AND result_count = 35 AND iteration_count = 2"));
        Assert.Equal(2, await EventsAsync(id, "iteration.completed"));
        Assert.Equal(1, await EventsAsync(id, "iterator.completed"));
        Assert.Equal(1, await EventsAsync(id, "playbook.completed"));
        Assert.Equal(2, await Cluster.NumberAsync($"SELECT count(*) FROM job WHERE execution_id = {id}"));
        await AssertDenseAsync(id);
        await Cluster.RemoveAsync(name);
    }

    [Fact]
    public async Task Kubectl_get_prints_the_promised_columns()
    {
        var name = Unique("columns");
        await Cluster.StartAsync(name, "  workflow:\n  - step: only\n    tool: {kind: transform, result: 1}\n");
        await Cluster.FinishedAsync(name);

        var executions = await Cluster.KubectlAsync($"-n {Cluster.Samples} get executions.playbooks.dev -o wide");
        var playbooks = await Cluster.KubectlAsync($"-n {Cluster.Samples} get playbooks.playbooks.dev -o wide");

        var heading = executions.Split('\n')[0];
        foreach (var column in (string[])["PLAYBOOK", "PHASE", "PROGRESS", "ACTIVE", "FAILED", "DURATION", "AGE", "RATE", "ETA", "ID", "MESSAGE"])
            Assert.Contains(column, heading, StringComparison.Ordinal);
        foreach (var column in (string[])["READY", "STEPS", "EXECUTIONS", "AGE", "MESSAGE"])
            Assert.Contains(column, playbooks.Split('\n')[0], StringComparison.Ordinal);
        await Cluster.RemoveAsync(name);
    }

    [Fact]
    public async Task An_execution_deleted_while_running_leaves_no_job_pod_or_open_work_behind()
    {
        var name = Unique("delete");
        await Cluster.StartAsync(name, SlowLoop(name, iterations: 50, delayMs: 3000, maxParallel: 4));
        await Cluster.UntilAsync("workers run", async () => (await ExecutionIdAsync(name)).Length > 0 && await JobsAsync(await ExecutionIdAsync(name)) > 0);
        var id = await ExecutionIdAsync(name);

        await Cluster.KubectlAsync($"-n {Cluster.Samples} delete execution {name} --timeout=20s");

        await Cluster.UntilAsync("no Job and no pod is left", async () => await JobsAsync(id) == 0 && await PodsAsync(id) == 0); // A busy kubelet takes its time to clean up volumes.
        await Cluster.UntilAsync("no work is open", async () => await Cluster.NumberAsync($"SELECT count(*) FROM iteration WHERE execution_id = {id}") == 0);
        Assert.Equal(1, await EventsAsync(id, "execution.cancelled"));
        await Cluster.RemoveAsync(name);
    }

    [Fact]
    public async Task An_invalid_playbook_shows_every_problem_and_its_execution_fails_at_once()
    {
        var name = Unique("invalid");
        await Cluster.StartAsync(name, "  workflow:\n  - step: a\n    tool: {kind: htp}\n    next: b\n  - step: c\n    loop: {mode: sideways}\n    tool: {kind: noop}\n");

        var status = await Cluster.FinishedAsync(name);

        Assert.Equal("Failed", status.GetProperty("phase").GetString());
        var message = await Cluster.KubectlAsync($"-n {Cluster.Samples} get playbook {name} -o jsonpath={{.status.conditions[?(@.type==\\\"Ready\\\")].message}}");
        Assert.Contains("workflow[0].tool.kind", message, StringComparison.Ordinal);
        Assert.Contains("workflow[1].loop.in", message, StringComparison.Ordinal);
        Assert.Contains("workflow[1].loop.mode", message, StringComparison.Ordinal);
        await Cluster.RemoveAsync(name);
    }

    [Fact]
    public async Task The_workers_pods_are_confined_and_carry_no_secret()
    {
        var name = Unique("confined");
        await Cluster.StartAsync(name, SlowLoop(name, iterations: 2, delayMs: 5000, maxParallel: 1));
        await Cluster.UntilAsync("a pod exists", async () => (await ExecutionIdAsync(name)).Length > 0 && await PodsAsync(await ExecutionIdAsync(name)) > 0);

        var pods = await Cluster.KubectlAsync($"-n {Cluster.Samples} get pods -l playbooks.dev/execution-id={await ExecutionIdAsync(name)} -o json");

        Assert.Contains("\"runAsNonRoot\": true", pods, StringComparison.Ordinal);
        Assert.Contains("\"readOnlyRootFilesystem\": true", pods, StringComparison.Ordinal);
        Assert.Contains("\"type\": \"RuntimeDefault\"", pods, StringComparison.Ordinal);
        Assert.Contains("\"automountServiceAccountToken\": false", pods, StringComparison.Ordinal);
        Assert.DoesNotContain("http://paginated-api", pods, StringComparison.Ordinal);
        await Cluster.RemoveAsync(name);
    }

    private static string Unique(string kind) => $"{kind}-{Guid.NewGuid().ToString("N")[..8]}";

    private static Task<long> EventsAsync(string? id, string type) =>
        Cluster.NumberAsync($"SELECT count(*) FROM event WHERE execution_id = {id} AND event_type = '{type}'");

    private static async Task AssertDenseAsync(string? id) => Assert.Equal(
        1, await Cluster.NumberAsync($"SELECT CASE WHEN min(event_id) = 1 AND max(event_id) = count(*) THEN 1 ELSE 0 END FROM event WHERE execution_id = {id}"));

    private static Task<string> ExecutionIdAsync(string name) => Cluster.StatusAsync(name, "executionId");

    private static Task<int> JobsAsync(string id) => CountAsync("jobs", id);

    private static Task<int> PodsAsync(string id) => CountAsync("pods", id);

    private static async Task<int> CountAsync(string kind, string id) => (await Cluster.OwnedAsync(kind, id)).Count;
}
