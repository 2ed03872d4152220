namespace PlaybookOperator.Cluster.Tests.Cases;

/// <summary>Cases E12 to E15: how a container ended is told as it was.</summary>
public sealed class ContainerCases
{
    [Fact]
    public async Task E12_a_container_that_succeeds_gives_its_last_line()
    {
        await using var run = await ClusterRun.StartAsync("e12", $$$"""
              workflow:
              - step: work
                tool:
                  kind: container
                  image: {{{ClusterRun.ShellImage}}}
                  command: [/bin/sh, -c]
                  args: ["echo working; echo '{\"answer\": 42, \"who\": \"'$WHO'\"}'"]
                  env: {WHO: ada}
                next: after
              - step: after
                tool: {kind: transform, result: "{{ work.output.who }} {{ work.output.answer }} {{ work.exit_code }}"}

            """);

        var status = await run.FinishedAsync();

        Assert.Equal("Completed", status.GetProperty("phase").GetString());
        Assert.Equal(1, await Cluster.NumberAsync($"SELECT count(*) FROM event WHERE execution_id = {await run.IdAsync()} AND step = 'after' AND event_type = 'step.exit' AND result::text LIKE '%ada 42 0%'"));
        Assert.Single(await run.OwnedAsync("jobs"));
        await run.AssertDenseAsync();
    }

    [Fact]
    public async Task E13_a_container_that_runs_out_of_memory_fails_as_OOMKilled()
    {
        await using var run = await FailingAsync("e13", "x=0123456789abcdef; while true; do x=$x$x; done", "resources: {limits: {memory: 32Mi}}");

        var status = await run.FinishedAsync();

        Assert.Equal("Failed", status.GetProperty("phase").GetString());
        Assert.Contains("OOMKilled", status.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal((1, 0), (await run.EventsAsync("call.error"), await run.EventsAsync("call.done")));
    }

    [Fact]
    public async Task E14_an_image_that_cannot_be_pulled_fails_in_bounded_time()
    {
        await using var run = await ClusterRun.StartAsync("e14", """
              workflow:
              - step: work
                tool: {kind: container, image: "registry.invalid/no-such-image:1", command: ["true"]}

            """);

        var status = await run.FinishedAsync(seconds: 240);

        Assert.Equal("Failed", status.GetProperty("phase").GetString());
        Assert.Contains("ImagePullFailed", status.GetProperty("message").GetString(), StringComparison.Ordinal);
        await Cluster.UntilAsync("its pod is gone", async () => (await run.OwnedAsync("pods")).Count == 0, seconds: 120);
    }

    [Fact]
    public async Task E15_a_container_over_its_timeout_fails_as_DeadlineExceeded()
    {
        await using var run = await FailingAsync("e15", "sleep 600", "timeout: 4s");

        var status = await run.FinishedAsync();

        Assert.Equal("Failed", status.GetProperty("phase").GetString());
        Assert.Contains("DeadlineExceeded", status.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_that_exits_with_a_code_fails_with_it_and_a_loop_tells_which()
    {
        await using var run = await ClusterRun.StartAsync("exit", $$$"""
              workflow:
              - step: work
                loop: {in: [0, 3, 0], iterator: code, mode: async, failurePolicy: collectAll}
                tool: {kind: container, image: {{{ClusterRun.ShellImage}}}, command: [/bin/sh, -c, "echo about to exit; exit {{ code }}"]}

            """);

        var status = await run.FinishedAsync();

        Assert.Equal("Completed", status.GetProperty("phase").GetString());
        Assert.Equal((2, 1), (status.GetProperty("progress").GetProperty("succeeded").GetInt32(), status.GetProperty("progress").GetProperty("failed").GetInt32()));
        Assert.Equal(1, await Cluster.NumberAsync($"SELECT count(*) FROM event WHERE execution_id = {await run.IdAsync()} AND event_type = 'iteration.failed' AND iteration_index = 1"));
        Assert.Equal(3, (await run.OwnedAsync("jobs")).Count);
    }

    private static Task<ClusterRun> FailingAsync(string kind, string script, string settings) => ClusterRun.StartAsync(kind, $$"""
          workflow:
          - step: work
            tool:
              kind: container
              image: {{ClusterRun.ShellImage}}
              command: [/bin/sh, -c, "{{script}}"]
              {{settings}}

        """);
}
