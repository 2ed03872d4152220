using PlaybookOperator.Cli.Tests.Running;

namespace PlaybookOperator.Cli.Tests.Commands;

/// <summary>Where what was asked for cannot be written: one sentence and the right exit code, never a stack trace.</summary>
public sealed class BrokenOutputTests : IDisposable
{
    private readonly PlaybookFolder _folder = new();
    private readonly string _file;

    public BrokenOutputTests() => _file = _folder.Playbook("- {step: a, tool: {kind: noop}}");

    public static TheoryData<string> Commands =>
    [
        "run FILE",
        "run FILE --output json",
        "lint WRONG",
        "lint WRONG --output json",
        "eval '{{ 1 }}'",
        "eval <<< '{\"template\": \"{{ 1 }}\"}'",
        "replay LOG",
        "replay LOG --output json",
        "crds",
        "--help",
        "--version",
    ];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Output_to_a_full_disk_is_one_sentence_and_exit_code_1(string command)
    {
        var outcome = await RunAsync(command, ">/dev/full");
        Assert.Equal((1, "playbook: standard output cannot be written: No space left on device.\n"), (outcome.ExitCode, outcome.Errors));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Closed_output_is_one_sentence_and_nothing_is_begun(string command)
    {
        var outcome = await RunAsync(command, ">&-");
        Assert.Equal((1, "playbook: standard output is closed; nothing was done.\n"), (outcome.ExitCode, outcome.Errors));
    }

    [Fact]
    public async Task Nobody_is_told_where_errors_cannot_be_written_either_but_by_the_exit_code()
    {
        Assert.Equal((1, "", ""), Of(await RunAsync("run FILE", ">/dev/full 2>/dev/full")));
        Assert.Equal((2, "", ""), Of(await RunAsync("run MISSING", "2>&-")));
        Assert.Equal((1, "", ""), Of(await RunAsync("run MISSING", "2>&- >&-")));
    }

    [Fact]
    public async Task Whoever_stops_reading_is_no_failure()
    {
        Assert.Equal((0, "---\n", ""), Of(await RunAsync("crds", "| head -1; exit ${PIPESTATUS[0]}")));
        Assert.Equal((0, "{\n", ""), Of(await RunAsync("run FILE --output json", "| head -1; exit ${PIPESTATUS[0]}")));
    }

    [Fact]
    public async Task Events_that_do_not_fit_on_the_disk_are_told_when_the_run_has_ended()
    {
        var loop = _folder.Playbook("- {step: a, loop: {in: '{{ range(3000) }}', mode: async}, tool: {kind: noop}}");
        var outcome = await RunAsync($"run {loop} --events /dev/full", "");
        Assert.Equal((1, "playbook: --events /dev/full: No space left on device; the events there are not all.\n"), (outcome.ExitCode, outcome.Errors));
        Assert.Contains("+ a 3000/3000 iterations, 3000 succeeded", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_that_nobody_may_write_are_a_wrong_command_line()
    {
        var outcome = await RunAsync("run FILE --events /nonexistent/events", "");
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.Matches("^playbook: --events: [^\n]*/nonexistent/events[^\n]*\n$", outcome.Errors);
    }

    [Fact]
    public async Task Too_few_open_files_are_told_before_anything_starts()
    {
        var outcome = await PlaybookCommand.RunInShellAsync($"ulimit -n 64; $PLAYBOOK run {_file}");
        Assert.Equal(
            (1, "", "playbook: only 64 files may be open here (ulimit -n); at least 128 are needed.\n"), Of(outcome));
    }

    [Fact]
    public async Task A_temporary_folder_that_cannot_be_written_does_not_matter()
    {
        var shell = _folder.Playbook("- {step: a, tool: {kind: shell, cmds: ['echo here']}}");
        var outcome = await PlaybookCommand.RunInShellAsync($"TMPDIR=/proc $PLAYBOOK run {shell}");
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Errors));
    }

    public void Dispose() => _folder.Dispose();

    private static (int ExitCode, string Output, string Errors) Of(CommandOutcome outcome) => (outcome.ExitCode, outcome.Output, outcome.Errors);

    private Task<CommandOutcome> RunAsync(string command, string redirection)
    {
        var wrong = _folder.Write("wrong.yaml", "kind: Playbook\nworkflow: [{stp: a}]\n");
        var log = _folder.Write("log.ndjson", """{"execution_id": "7", "event_id": 1, "event_type": "playbook.started", "status": "STARTED", "created_at": "2026-01-01T00:00:00Z"}""" + "\n");
        var text = command.Replace("FILE", _file, StringComparison.Ordinal).Replace("WRONG", wrong, StringComparison.Ordinal)
            .Replace("LOG", log, StringComparison.Ordinal).Replace("MISSING", "/nonexistent.yaml", StringComparison.Ordinal);
        return PlaybookCommand.RunInShellAsync($"$PLAYBOOK {text} {redirection}");
    }
}
