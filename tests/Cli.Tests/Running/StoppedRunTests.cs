using System.Diagnostics;
using System.Globalization;

namespace PlaybookOperator.Cli.Tests.Running;

/// <summary>Whatever stops a run, it ends within its drain time, and so does what it has started.</summary>
public sealed class StoppedRunTests
{
    /// <summary>The drain time, and what a loaded machine adds to it.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(45);

    /// <summary>The moments of a kind of stop follow from its number.</summary>
    public static TheoryData<string, int> Stops =>
        new(from stop in (string[])["timeout", "maxDuration", "INT", "TERM", "HUP", "QUIT"] from seed in (int[])[1, 2] select (stop, seed));

    [Theory]
    [MemberData(nameof(Stops))]
    public async Task A_pool_in_this_process_ends_whatever_stops_it(string stop, int seed)
    {
        using var folder = new PlaybookFolder();
        var moment = TimeSpan.FromMilliseconds(new Random(seed).Next(600, 2_500));
        var time = string.Create(CultureInfo.InvariantCulture, $"{moment.TotalMilliseconds:0}ms");
        var started = folder.Path("started");
        var file = folder.Playbook($$$"""
            - step: go
              loop: {in: "{{ range(1000) }}", mode: async}
              tool: {kind: shell, cmds: "touch {{{started}}}; sleep 0.2"}
            """, stop == "maxDuration" ? $"limits: {{maxDuration: {time}}}" : "description: none");
        string[] arguments = stop == "timeout" ? ["run", file, "--timeout", time] : ["run", file];
        using var process = PlaybookCommand.Start(arguments);
        if (stop is not ("timeout" or "maxDuration"))
        {
            await MarkedProcesses.UntilAsync(() => File.Exists(started), "the first iteration");
            await Task.Delay(moment / 4, TimeProvider.System, TestContext.Current.CancellationToken);
            await MarkedProcesses.SignalAsync(process, stop);
        }

        Assert.Equal(stop == "maxDuration" ? 1 : 3, await EndAsync(process));
    }

    [Theory]
    [InlineData("KILL", 137)]
    [InlineData("HUP", 3)]
    [InlineData("QUIT", 3)]
    [InlineData("TERM", 3)]
    [InlineData("INT", 3)]
    public async Task What_a_step_has_started_ends_with_the_process_however_that_ends(string signal, int exitCode)
    {
        using var folder = new PlaybookFolder();
        var marked = new MarkedProcesses();
        // One in its group, one in a session of its own, one whose parent is gone.
        var file = folder.Playbook($$"""
            - step: go
              tool: {kind: shell, cmds: "{{marked.Sleep}} & setsid {{marked.Sleep}} & (setsid sh -c '{{marked.Sleep}} & exit'); wait"}
            """);
        using var process = PlaybookCommand.Start("run", file);
        await marked.UntilAsync(3);

        await MarkedProcesses.SignalAsync(process, signal);

        Assert.Equal(exitCode, await EndAsync(process));
        await marked.UntilAsync(0);
    }

    [Fact]
    public async Task The_second_interrupt_ends_the_process_at_once_and_what_it_has_started()
    {
        using var folder = new PlaybookFolder();
        var marked = new MarkedProcesses();
        var started = folder.Path("started");
        var file = folder.Playbook($$"""
            - step: go
              tool: {kind: shell, cmds: "touch {{started}}; sleep 600"}
            - step: cleanup
              tool: {kind: shell, cmds: "{{marked.Sleep}}"}
            """, "onExit: cleanup");
        using var process = PlaybookCommand.Start("run", file);
        await MarkedProcesses.UntilAsync(() => File.Exists(started), "the step");
        await MarkedProcesses.SignalAsync(process, "INT");
        await marked.UntilAsync(1);

        await MarkedProcesses.SignalAsync(process, "INT");

        Assert.Equal(130, await EndAsync(process));
        await marked.UntilAsync(0);
    }

    [Fact]
    public async Task The_second_interrupt_ends_a_process_whose_output_nobody_reads()
    {
        using var folder = new PlaybookFolder();
        var done = folder.Path("done");
        var file = folder.Playbook($$$"""
            - step: many
              loop: {in: "{{ range(20000) }}", mode: async}
              tool: {kind: transform, result: "{{ 'x' * 100 }}"}
              next: [end]
            - step: end
              tool: {kind: shell, cmds: "touch {{{done}}}"}
            """);
        using var process = PlaybookCommand.Start("run", file, "--output", "json");
        await MarkedProcesses.UntilAsync(() => File.Exists(done), "the last step");
        await MarkedProcesses.UntilAsync(() => IsAsleep(process), "the output to be full");

        await MarkedProcesses.SignalAsync(process, "INT");
        await MarkedProcesses.SignalAsync(process, "INT");

        Assert.Equal(130, await EndAsync(process));
    }

    private static bool IsAsleep(Process process) =>
        Directory.EnumerateDirectories($"/proc/{process.Id}/task").Any(task => File.ReadAllText(Path.Combine(task, "wchan")).Contains("pipe_write", StringComparison.Ordinal));

    private static async Task<int> EndAsync(Process process)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(s_patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return process.ExitCode;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
