using System.Diagnostics;

namespace PlaybookOperator.Cli.Tests;

/// <summary>Only regular files are read: a FIFO waits for a writer, and a device never ends.</summary>
public sealed class SpecialFileTests
{
    [Theory]
    [InlineData("lint", "FILE")]
    [InlineData("run", "FILE")]
    [InlineData("replay", "FILE")]
    [InlineData("run", "PLAYBOOK", "--workload", "FILE")]
    [InlineData("eval", "--context", "FILE", "{{ 1 }}")]
    public async Task A_fifo_or_a_link_to_a_device_is_refused_with_a_sentence_that_names_it(params string[] arguments)
    {
        using var folder = new PlaybookFolder();
        var playbook = folder.Playbook("- step: one");
        foreach (var (file, kind) in ((string, string)[])[(await FifoAsync(folder), "a FIFO"), (Link(folder), "a device")])
        {
            string[] all = [.. arguments.Select(argument => argument switch { "FILE" => file, "PLAYBOOK" => playbook, _ => argument })];

            var outcome = await PlaybookCommand.RunAsync(all);

            Assert.Equal(2, outcome.ExitCode);
            Assert.Contains($"{file} is {kind}; a regular file is expected.", outcome.Output + outcome.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_kubeconfig_that_is_a_fifo_is_refused()
    {
        using var folder = new PlaybookFolder();

        var outcome = await PlaybookCommand.RunOnClusterAsync(await FifoAsync(folder), "list");

        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("is a FIFO; a regular file is expected.", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fifo_among_the_files_of_the_folder_does_not_hold_up_the_search_for_a_playbook()
    {
        using var folder = new PlaybookFolder();
        await FifoAsync(folder);
        folder.Write("child.yaml", "{kind: Playbook, metadata: {name: child}, workflow: [{step: one, tool: {kind: transform, result: found}}]}");
        var file = folder.Playbook("- {step: call, tool: {kind: playbook, name: child}}");

        var outcome = await PlaybookCommand.RunAsync("run", file, "--timeout", "60s", "--output", "json");

        Assert.Equal((0, "COMPLETED"), (outcome.ExitCode, outcome.Status));
    }

    [Fact]
    public async Task Eval_says_that_its_input_is_closed()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "PlaybookOperator.Cli.dll");
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", $"exec dotnet {program} eval <&-"]) { RedirectStandardError = true, UseShellExecute = false })!;

        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((2, "playbook: standard input is closed; give a TEMPLATE, or lines to read.\n"), (process.ExitCode, errors));
    }

    private static async Task<string> FifoAsync(PlaybookFolder folder)
    {
        var path = folder.Path("fifo.yaml");
        using var made = Process.Start("mkfifo", [path]);
        await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        return path;
    }

    private static string Link(PlaybookFolder folder)
    {
        var path = folder.Path("zero.yaml");
        File.CreateSymbolicLink(path, "/dev/zero");
        return path;
    }
}
