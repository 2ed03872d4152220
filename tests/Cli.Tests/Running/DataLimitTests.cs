using System.Text.Json;

namespace PlaybookOperator.Cli.Tests.Running;

/// <summary>Values at the limits of data, by each way into a run.</summary>
public sealed class DataLimitTests
{
    private const string Show = "- step: a\n  tool: {kind: transform, result: \"{{ workload }}\"}";

    [Fact]
    public async Task Json_that_is_too_deep_for_set_is_an_error_and_not_a_text()
    {
        using var folder = new PlaybookFolder();
        var outcome = await PlaybookCommand.RunAsync("run", folder.Playbook(Show), "--set", $"x={Nested(70)}");
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("--set x[0][0]", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("nests deeper than 64 levels.", outcome.Errors, StringComparison.Ordinal);
        var path = string.Join('.', Enumerable.Repeat("p", 70));
        outcome = await PlaybookCommand.RunAsync("run", folder.Playbook(Show), "--set", $"{path}=1");
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("workload.p.p.p", outcome.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("workload.json", "{{\"x\": {0}}}")]
    [InlineData("workload.yaml", "a: 1\nx: {0}\n")]
    public async Task A_workload_of_64_levels_runs_and_a_deeper_file_is_refused_with_its_place(string name, string format)
    {
        using var folder = new PlaybookFolder();
        var playbook = folder.Playbook(Show);
        var outcome = await PlaybookCommand.RunAsync("run", playbook, "--workload", folder.Write(name, string.Format(null, format, Nested(63))), "--output", "json");
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Errors));
        Assert.Contains(Nested(63), JsonElement.Parse(outcome.Output, new JsonDocumentOptions { MaxDepth = 200 }).GetProperty("steps").GetRawText().Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        outcome = await PlaybookCommand.RunAsync("run", playbook, "--workload", folder.Write(name, string.Format(null, format, Nested(70))));
        Assert.Equal(2, outcome.ExitCode);
        Assert.Matches(@"workload\.\w+:\d+:\d+: The document, at x\[0\].*, nests deeper than 64 levels\.", outcome.Errors);
    }

    [Theory]
    [InlineData(66)]
    [InlineData(90)]
    [InlineData(100)]
    public async Task A_playbook_that_is_too_deep_is_told_by_lint_and_run_with_its_place(int levels)
    {
        using var folder = new PlaybookFolder();
        var file = folder.Write("deep.yaml", $"kind: Playbook\nmetadata: {{name: deep}}\nworkload: {{x: {Nested(levels)}}}\nworkflow: [{{step: a}}]\n");
        foreach (var command in (string[])["lint", "run"])
        {
            var outcome = await PlaybookCommand.RunAsync(command, file);
            Assert.Equal(2, outcome.ExitCode);
            Assert.Matches(@"deep\.yaml:3:\d+: .*deeper than 64 levels\.", outcome.Output + outcome.Errors);
        }
    }

    [Fact]
    public async Task Half_a_surrogate_pair_ends_neither_a_stream_nor_a_run()
    {
        using var folder = new PlaybookFolder();
        var answers = await PlaybookCommand.RunWithInputAsync(
            System.Text.Encoding.UTF8.GetBytes("{\"template\":\"{{ x }}\",\"context\":{\"\\ud83d\":1,\"x\":2}}\n{\"template\":\"{{ 1 }}\"}\n"), "eval");
        Assert.Equal((0, "{\"value\":2}\n{\"value\":1}\n"), (answers.ExitCode, answers.Output));
        var outcome = await PlaybookCommand.RunAsync("run", folder.Playbook(Show), "--set", "x=\"\\ud83d\"", "--set", "y={\"\\ude00\": 1}");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("{\"x\":\"\ufffd\",\"y\":{\"\ufffd\":1}}", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decimals_keep_their_digits_from_set_to_output_and_events()
    {
        using var folder = new PlaybookFolder();
        var events = folder.Path("events.ndjson");
        var outcome = await PlaybookCommand.RunAsync(
            "run", folder.Playbook(Show), "--set", "n=12345678901234567.89", "--set", "h=1e400", "--set", "p=1.50", "--output", "json", "--events", events);
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("12345678901234567.89", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("1e400", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("\"n\":12345678901234567.89", await File.ReadAllTextAsync(events), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_an_iteration_that_is_too_long_fails_the_step_with_the_longest_that_is_allowed()
    {
        using var folder = new PlaybookFolder();
        var file = folder.Playbook("- step: a\n  loop: {in: \"{{ workload.l }}\", iterator: i, key: \"{{ i }}\"}\n  tool: {kind: transform, result: 1}");
        Assert.Equal(0, (await PlaybookCommand.RunAsync("run", file, "--set", $"l=[\"{new string('k', 2048)}\"]")).ExitCode);
        var outcome = await PlaybookCommand.RunAsync("run", file, "--set", $"l=[\"{new string('k', 2049)}\"]");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("workflow[0].loop.key gives a key of 2049 bytes for index 0; the longest that is allowed has 2048 bytes.", outcome.Output + outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bare_keys_that_kubectl_renames_are_warned_of()
    {
        using var folder = new PlaybookFolder();
        var file = folder.Write("keys.yaml", "kind: Playbook\nmetadata: {name: keys}\nworkload: {y: 2, \"n\": 1}\nworkflow:\n- {step: a, args: {on: 1}}\n");
        var outcome = await PlaybookCommand.RunAsync("lint", file);
        Assert.Contains("keys.yaml:3:12: warning: The bare key y is the boolean true for kubectl.", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("keys.yaml:5:20: warning: The bare key on is the boolean true for kubectl.", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("bare key n", outcome.Output, StringComparison.Ordinal);
    }

    private static string Nested(int levels) => new string('[', levels) + new string(']', levels);
}
