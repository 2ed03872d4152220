namespace PlaybookOperator.Cli.Tests.Running;

/// <summary>A file with several playbooks: which one is run is said, and the others are found by name.</summary>
public sealed class SeveralPlaybooksTests : IDisposable
{
    private const string Two = """
        kind: Playbook
        metadata: {name: outer, path: shelf/outer}
        workflow:
        - {step: call, tool: {kind: playbook, name: inner, args: {n: 4}}}
        ---
        kind: ConfigMap
        data: {}
        ---
        kind: Playbook
        metadata: {name: inner}
        workflow:
        - {step: give, tool: {kind: noop, result: "{{ workload.n + 1 }}"}}

        """;

    private readonly PlaybookFolder _folder = new();

    [Fact]
    public async Task Without_a_name_nothing_runs_and_all_are_listed()
    {
        var file = _folder.Write("two.yaml", Two);
        var outcome = await PlaybookCommand.RunAsync("run", file);
        Assert.Equal((2, "", $"playbook: {file} has 2 playbooks; --name says which one is run: outer, inner.\n"), (outcome.ExitCode, outcome.Output, outcome.Errors));
    }

    [Theory]
    [InlineData("outer")]
    [InlineData("shelf/outer")]
    public async Task The_named_one_runs_and_finds_the_others_by_name_whatever_the_file_is_called(string name)
    {
        // A copy beside it makes nothing ambiguous.
        _folder.Write("copy.yaml", Two);
        var outcome = await PlaybookCommand.RunAsync("run", _folder.Write("several.txt", Two), "--name", name, "--output", "json");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(5, outcome.Result("call").GetInt32());
    }

    [Fact]
    public async Task A_name_that_the_file_does_not_have_gets_the_nearest_one()
    {
        var file = _folder.Write("two.yaml", Two);
        var outcome = await PlaybookCommand.RunAsync("run", file, "--name", "iner");
        Assert.Equal((2, $"playbook: {file} has no playbook 'iner' (did you mean inner?); there is outer, inner.\n"), (outcome.ExitCode, outcome.Errors));
    }

    [Fact]
    public async Task Lint_judges_each_of_them_with_lines_of_the_file()
    {
        var file = _folder.Write("two.yaml", Two.Replace("step: give", "stp: give", StringComparison.Ordinal).Replace("step: call", "stp: call", StringComparison.Ordinal));
        var outcome = await PlaybookCommand.RunAsync("lint", file);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains($"{file}:4:4: workflow[0].stp: is not a known key", outcome.Output, StringComparison.Ordinal);
        Assert.Contains($"{file}:12:4: workflow[0].stp: is not a known key", outcome.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
