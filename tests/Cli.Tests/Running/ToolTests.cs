namespace PlaybookOperator.Cli.Tests.Running;

/// <summary>Tools as <c>playbook run</c> runs them.</summary>
public sealed class ToolTests : IDisposable
{
    private readonly PlaybookFolder _folder = new();

    [Fact]
    public async Task A_workbook_entry_runs_with_the_arguments_of_each_step()
    {
        var outcome = await RunAsync(
            """
            - step: one
              tool: workbook
              name: add
              args: {b: 2}
              next: two
            - step: two
              loop: {in: [10, 20], iterator: number}
              tool: {kind: workbook, name: add, args: {b: "{{ number }}"}}
            """,
            """
            workbook:
            - name: add
              args: {a: 1, b: 0}
              tool: {kind: shell, cmds: 'echo $((A + B))', env: {A: "{{ args.a }}", B: "{{ args.b }}"}}
            """);
        Assert.Equal(("COMPLETED", 3, 21), (outcome.Status, outcome.Result("one").GetProperty("output").GetInt32(), outcome.Result("two").GetProperty("results")[1].GetProperty("output").GetInt32()));
    }

    [Fact]
    public async Task A_shell_that_fails_fails_its_step_with_the_end_of_stderr()
    {
        var outcome = await RunAsync("- step: one\n  tool: shell\n  cmds: [echo out, echo why >&2, exit 4]");
        Assert.Equal((1, "FAILED"), (outcome.ExitCode, outcome.Status));
        Assert.Contains("The shell exited with 4: why", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_is_refused_before_anything_runs()
    {
        var file = _folder.Path("ran");
        var outcome = await RunAsync($"- step: one\n  tool: {{kind: shell, cmds: 'touch {file}'}}\n  next: two\n- step: two\n  tool: {{kind: container, image: busybox}}");
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("workflow[1].tool: container needs a cluster", outcome.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    private Task<CommandOutcome> RunAsync(string steps, string spec = "") => PlaybookCommand.RunAsync("run", _folder.Playbook(steps, spec), "--output", "json");

    public void Dispose() => _folder.Dispose();
}
