using System.Diagnostics;
using PlaybookOperator.Core.Work;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Shell;

public sealed class ShellToolTests : IDisposable
{
    private readonly TaskBench _bench = new("http://unused.invalid");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("playbook-shell-");

    [Fact]
    public async Task Commands_of_a_list_share_one_shell()
    {
        var report = await _bench.RunAsync("""{"tool": {"kind": "shell", "cmds": ["cd /", "x=4", "pwd", "echo $((x + 1))"]}}""");
        Assert.Equal("""{"exit_code":0,"stdout":"/\n5\n","output":5}""", report.Result!.Value.GetRawText());
    }

    [Theory]
    [InlineData("""echo hello""", "\"hello\"")]
    [InlineData("""echo noise; echo '{\"a\": [1, null]}'; echo""", """{"a":[1,null]}""")]
    [InlineData("""true""", "null")]
    public async Task The_last_line_is_parsed_when_it_is_json(string command, string output)
    {
        var report = await _bench.RunAsync($$"""{"tool": {"kind": "shell", "cmds": "{{command}}"} }""");
        Assert.Equal(output, report.Result!.Value.GetProperty("output").GetRawText());
    }

    [Fact]
    public async Task The_first_command_that_fails_ends_the_shell_and_fails_the_attempt_with_the_end_of_stderr()
    {
        var report = await _bench.RunAsync("""{"tool": {"kind": "shell", "cmds": ["echo before", "echo wrong >&2; (exit 3)", "echo after"]}}""");
        Assert.Equal((WorkOutcome.Failed, WorkErrorKind.Exit, "3", false), (report.Outcome, report.Error!.Kind, report.Error.Code, report.Error.Retryable));
        Assert.Equal("The shell exited with 3: wrong", report.Error.Message);
    }

    [Fact]
    public async Task A_retry_may_be_decided_by_the_exit_code()
    {
        var file = Path.Combine(_folder.FullName, "tries");
        var report = await _bench.RunAsync($$$"""
            {"tool": {"kind": "shell", "cmds": "echo x >> {{{file}}}; test $(wc -l < {{{file}}}) -ge 3 || exit 75"},
             "retry": {"when": "{{ error.kind == 'Error' and error.code == '75' and response.exit_code == 75 }}", "max_attempts": 5, "initial_delay": 0}}
            """);
        Assert.Equal((WorkOutcome.Completed, 3), (report.Outcome, report.Attempt));
    }

    [Fact]
    public async Task Only_what_was_given_is_in_the_environment()
    {
        var report = await _bench.RunAsync("""{"tool": {"kind": "shell", "cmds": "env | grep -v ^_= | cut -d= -f1 | sort | tr '\\n' ' '", "env": {"COUNT": 3, "LIST": [1, "a b"], "GONE": null}}}""");
        Assert.Equal("COUNT HOME LANG LIST PATH PLAYBOOK_CALL PWD", report.Result!.Value.GetProperty("stdout").GetString()!.Trim().Replace("OLDPWD ", "").Replace("SHLVL ", ""));
    }

    [Fact]
    public async Task Values_in_env_are_never_read_as_commands()
    {
        _bench.Variables = """{"args": {"name": "'; echo $(touch /tmp/never) `id` \"x"}}""";
        var report = await _bench.RunAsync("""{"tool": {"kind": "shell", "cmds": "printf %s \"$NAME\"", "env": {"NAME": "{{ args.name }}", "LIST": [1]}}}""");
        Assert.Equal("'; echo $(touch /tmp/never) `id` \"x", report.Result!.Value.GetProperty("stdout").GetString());
    }

    [Fact]
    public async Task A_timeout_kills_everything_that_the_shell_has_started()
    {
        var file = Path.Combine(_folder.FullName, "alive");
        var started = Stopwatch.GetTimestamp();
        var report = await _bench.RunAsync($$"""{"timeout": 1, "tool": {"kind": "shell", "cmds": "(while true; do date +%s%N > {{file}}; sleep 0.05; done) & sh -c 'sleep 60'"} }""");
        Assert.Equal((WorkErrorKind.Timeout, true), (report.Error!.Kind, report.Error.Retryable));
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20));
        var last = await File.ReadAllTextAsync(file);
        await Task.Delay(TimeSpan.FromSeconds(0.5), TimeProvider.System);
        Assert.Equal(last, await File.ReadAllTextAsync(file));
    }

    [Theory]
    [InlineData("sleep 60 & echo started")]
    [InlineData("setsid sleep 5 & echo started")]
    public async Task What_a_shell_leaves_in_the_background_does_not_hold_it_up(string command)
    {
        var started = Stopwatch.GetTimestamp();
        var report = await _bench.RunAsync($$"""{"tool": {"kind": "shell", "cmds": "{{command}}"} }""");
        Assert.Equal("started", report.Result!.Value.GetProperty("output").GetString());
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(4), $"{Stopwatch.GetElapsedTime(started)}");
    }

    [Fact]
    public async Task Of_a_long_output_the_end_is_kept()
    {
        var report = await _bench.RunAsync("""{"tool": {"kind": "shell", "cmds": "i=0; while [ $i -lt 20000 ]; do echo \"äöü line $i\"; i=$((i+1)); done"}}""");
        var stdout = report.Result!.Value.GetProperty("stdout").GetString()!;
        Assert.EndsWith("äöü line 19999\n", stdout, StringComparison.Ordinal);
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(stdout), 65_000, 65_536);
        Assert.DoesNotContain('\uFFFD', stdout);
    }

    [Fact]
    public async Task A_secret_in_the_output_is_masked_also_where_the_output_was_cut()
    {
        const string secret = "correct-horse-battery-staple";
        _bench.Secrets["TOKEN"] = secret;
        for (var shift = 0; shift < secret.Length; shift += 9)
        {
            var report = await _bench.RunAsync(
                $$$"""{"tool": {"kind": "shell", "cmds": "head -c 100 /dev/zero | tr '\\0' x; printf '%s' \"$T\"; head -c {{{65_536 - shift}}} /dev/zero | tr '\\0' y", "env": {"T": "{{ secret.TOKEN }}"} } }""");
            var stdout = report.Result!.Value.GetProperty("stdout").GetString()!;
            Assert.Equal("", stdout.Trim('y').Replace("***", "", StringComparison.Ordinal));
        }

        var failed = await _bench.RunAsync("""{"tool": {"kind": "shell", "cmds": "echo \"token $T\" >&2; exit 1", "env": {"T": "{{ secret.TOKEN }}"} } }""");
        Assert.Equal("The shell exited with 1: token ***", failed.Error!.Message);
    }

    [Theory]
    [InlineData(""" "cmds": [] """, "tool.cmds: must be a command")]
    [InlineData(""" "cmds": ["", "x"] """, "tool.cmds: must be a command")]
    [InlineData(""" "cmds": 7 """, "tool.cmds: must be a command")]
    [InlineData(""" "cmds": "x", "env": {"A-B": 1} """, "tool.env: has the name 'A-B'")]
    [InlineData(""" "cmds": "x", "env": [1] """, "tool.env: must be a map")]
    [InlineData(""" "cmds": "{{ 'x' * 140000 }}" """, "tool.cmds: has more than 131071 bytes")]
    public async Task What_no_shell_can_run_is_told_with_its_field(string settings, string expected)
    {
        var report = await _bench.RunAsync($$"""{"tool": {"kind": "shell", {{settings}} } }""");
        Assert.Equal(WorkErrorKind.Configuration, report.Error!.Kind);
        Assert.StartsWith(expected, report.Error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _bench.Dispose();
        _folder.Delete(recursive: true);
    }
}
