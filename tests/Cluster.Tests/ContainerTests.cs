using System.Text;
using System.Text.Json;

namespace PlaybookOperator.Cluster.Tests;

/// <summary>Steps of the tool <c>container</c> on real pods: whatever ends one is told apart from everything else.</summary>
public sealed class ContainerTests
{
    private static string Step(string tool, string beside = "") => $"  workflow:\n  - step: box\n    tool: {{kind: container, image: 'playbook-busybox:dev', {tool}}}\n{beside}";

    [Fact]
    public async Task E12_a_container_gives_its_exit_code_its_reason_and_its_last_line()
    {
        var (status, id) = await RunAsync("happy", Step("command: [sh, -c], args: ['echo noise; echo \"{\\\"id\\\": $ID, \\\"user\\\": \\\"$(id -u)\\\"}\"'], env: {ID: '{{ 6 * 7 }}'}"));

        Assert.Equal("Completed", status.GetProperty("phase").GetString());
        var result = await ResultAsync(id, "box");
        Assert.Equal(("Completed", 0), (result.GetProperty("reason").GetString(), result.GetProperty("exit_code").GetInt32()));
        Assert.Equal(42, result.GetProperty("output").GetProperty("id").GetInt32());
    }

    [Fact]
    public async Task A_container_that_exits_with_3_fails_with_3()
    {
        var (status, id) = await RunAsync("exit", Step("command: [sh, -c, 'echo no such table; exit 3']"));

        Assert.Equal("Failed", status.GetProperty("phase").GetString());
        var error = await ErrorAsync(id);
        Assert.Equal(("Error", "3"), (error.GetProperty("kind").GetString(), error.GetProperty("code").GetString()));
        Assert.Contains("no such table", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task E13_a_container_that_wants_64_MiB_of_32_is_killed_and_no_success()
    {
        var (status, id) = await RunAsync("oom", Step(
            "command: [sh, -c, 'dd if=/dev/zero of=/dev/null bs=64M count=4; echo done'], resources: {requests: {memory: 16Mi}, limits: {memory: 32Mi}}"));

        Assert.Equal("Failed", status.GetProperty("phase").GetString());
        Assert.Equal("OOMKilled", (await ErrorAsync(id)).GetProperty("kind").GetString());
    }

    [Fact]
    public async Task E14_an_image_that_is_not_there_fails_in_bounded_time_and_leaves_no_pod()
    {
        var (status, id) = await RunAsync("image", "  workflow:\n  - step: box\n    tool: {kind: container, image: 'registry.invalid/none:1'}\n");

        Assert.Equal("Failed", status.GetProperty("phase").GetString());
        Assert.Equal("ImagePullFailed", (await ErrorAsync(id)).GetProperty("kind").GetString());
        await Cluster.UntilAsync("its Job is gone", async () => await CountAsync("jobs", id) == 0);
    }

    [Fact]
    public async Task E15_a_container_that_runs_longer_than_its_timeout_is_ended()
    {
        var (status, id) = await RunAsync("late", Step("command: [sh, -c, 'echo begun; sleep 300']", "    timeout: 4\n"));

        Assert.Equal("Failed", status.GetProperty("phase").GetString());
        Assert.Equal("DeadlineExceeded", (await ErrorAsync(id)).GetProperty("kind").GetString());
    }

    [Fact]
    public async Task A_container_is_tried_again_when_its_step_says_so_and_loops_have_one_each()
    {
        var (status, id) = await RunAsync("retry", """
              workflow:
              - step: box
                loop: {in: [0, 75], iterator: code, mode: async, failurePolicy: collectAll}
                tool: {kind: container, image: 'playbook-busybox:dev', command: [sh, -c, 'exit {{ code }}']}
                retry: {when: "{{ error.code == '75' and response.exit_code == 75 }}", max_attempts: 2, initial_delay: 0.1}

            """);

        Assert.Equal("Completed", status.GetProperty("phase").GetString());
        Assert.Equal(1, await Cluster.NumberAsync($"SELECT count(*) FROM event WHERE execution_id = {id} AND event_type = 'call.retry'"));
        Assert.Equal(2, await Cluster.NumberAsync($"SELECT max(attempt) FROM event WHERE execution_id = {id} AND event_type = 'iteration.failed'"));
        Assert.Equal(1, await Cluster.NumberAsync($"SELECT count(*) FROM event WHERE execution_id = {id} AND event_type = 'iteration.completed'"));
    }

    [Fact]
    public async Task F9_a_secret_reaches_a_container_by_its_environment_and_nothing_else_sees_it_though_it_is_printed()
    {
        var name = $"container-secret-{Guid.NewGuid().ToString("N")[..6]}";
        var secret = $"s3cr3t-{Guid.NewGuid():N}";
        await Cluster.KubectlAsync($"-n {Cluster.Samples} create secret generic {name} --from-literal=token={secret}");
        await using var run = await Cases.ClusterRun.StartAsync("secret", $$$"""
              secrets: [{name: TOKEN, secretKeyRef: {name: {{{name}}}, key: token}}]
              workflow:
              - step: box
                tool: {kind: container, image: 'playbook-busybox:dev', command: [sh, -c, 'echo "it is $T"; printf %s "$T" | base64 | tr -d "\\n"; echo; sleep 5; echo "{\"n\": $(printf %s "$T" | wc -c), \"t\": \"$T\"}"'], env: {T: '{{ secret.TOKEN }}'}}

            """);
        await Cluster.UntilAsync("its pod is there", async () => (await run.OwnedAsync("pods")).Count > 0);
        var id = await run.IdAsync();
        var jobs = await Cluster.KubectlAsync($"-n {Cluster.Samples} get jobs,pods -l playbooks.dev/execution-id={id} -o json");

        Assert.Equal("Completed", (await run.FinishedAsync()).GetProperty("phase").GetString());
        var output = (await ResultAsync(id, "box")).GetProperty("output");
        Assert.Equal((secret.Length, "***"), (output.GetProperty("n").GetInt32(), output.GetProperty("t").GetString()));
        Assert.Equal(0, await Cluster.NumberAsync($"SELECT count(*) FROM event WHERE execution_id = {id} AND event::text LIKE ANY (ARRAY['%{secret}%', '%{Convert.ToBase64String(Encoding.UTF8.GetBytes(secret))}%'])"));
        Assert.DoesNotContain(secret, jobs, StringComparison.Ordinal);
        Assert.Contains("\"automountServiceAccountToken\": false", jobs, StringComparison.Ordinal);
        var log = await Cluster.KubectlAsync($"-n {Cluster.Operator} logs {await Cluster.OperatorPodAsync()}");
        Assert.DoesNotContain(secret, log, StringComparison.Ordinal);
        await Cluster.KubectlAsync($"-n {Cluster.Samples} delete secret {name}");
    }

    [Fact]
    public async Task A_shell_runs_in_the_workers_image()
    {
        var (status, id) = await RunAsync("shell", "  workflow:\n  - step: box\n    tool: {kind: shell, cmds: ['pwd', 'id -u', 'echo \"{\\\"sum\\\": $((NUMBER + 1))}\"'], env: {NUMBER: 41}}\n");

        Assert.Equal("Completed", status.GetProperty("phase").GetString());
        var result = await ResultAsync(id, "box");
        Assert.Equal(("/tmp\n65532\n{\"sum\": 42}\n", 42), (result.GetProperty("stdout").GetString(), result.GetProperty("output").GetProperty("sum").GetInt32()));
    }

    /// <summary>Runs a playbook to its end; the execution stays, so that its events can be looked at, until the cluster goes.</summary>
    private static async Task<(JsonElement Status, string Id)> RunAsync(string name, string spec)
    {
        var unique = $"container-{name}-{Guid.NewGuid().ToString("N")[..6]}";
        await Cluster.StartAsync(unique, spec);
        var status = await Cluster.FinishedAsync(unique);
        return (status, status.GetProperty("executionId").GetString()!);
    }

    private static async Task<JsonElement> ResultAsync(string id, string step) =>
        JsonDocument.Parse(await Cluster.TextAsync($"SELECT result::text FROM event WHERE execution_id = {id} AND event_type = 'call.done' AND step = '{step}'")).RootElement;

    private static async Task<JsonElement> ErrorAsync(string id) =>
        JsonDocument.Parse(await Cluster.TextAsync($"SELECT context::text FROM event WHERE execution_id = {id} AND event_type = 'call.error'")).RootElement.GetProperty("error");

    private static async Task<int> CountAsync(string kind, string id) =>
        (await Cluster.OwnedAsync(kind, id)).Count;
}
