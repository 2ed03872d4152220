using System.Text;
using PlaybookOperator.Testing;

namespace PlaybookOperator.Cli.Tests;

/// <summary>What the commands make of the inputs in tests/Hostile.</summary>
public sealed class HostileInputTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Playbooks => [.. HostileInput.Names().Where(name => name.EndsWith(".yaml", StringComparison.Ordinal))];

    public static TheoryData<string> Streams => [.. HostileInput.Names().Where(name => name.EndsWith(".ndjson", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Playbooks))]
    public async Task Lint_and_run_make_of_a_hostile_playbook_what_is_right(string name)
    {
        var input = HostileInput.Read(name);
        using var folder = new PlaybookFolder();
        var file = folder.Write(name, input.Text);
        Check(input, "lint", await PlaybookCommand.RunAsync("lint", file).WaitAsync(s_patience, TestContext.Current.CancellationToken));
        Check(input, "run", await PlaybookCommand.RunAsync("run", file, "--timeout", "30s").WaitAsync(s_patience, TestContext.Current.CancellationToken));
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Eval_makes_of_hostile_lines_what_is_right(string name)
    {
        var input = HostileInput.Read(name);
        var outcome = await PlaybookCommand.RunWithInputAsync(Encoding.UTF8.GetBytes(input.Text), "eval").WaitAsync(s_patience, TestContext.Current.CancellationToken);
        Check(input, "eval", outcome);
        Assert.Equal(input.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    private static void Check(HostileInput input, string door, CommandOutcome outcome)
    {
        var expected = input.At(door);
        Assert.True(expected.Count > 0, $"tests/Hostile/{input.Name}.expected does not say what {door} must make of it. It was:\n{outcome}");
        var printed = outcome.Output + outcome.Errors;
        Assert.DoesNotContain("Unhandled exception", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("\n   at ", printed, StringComparison.Ordinal);
        foreach (var one in expected)
        {
            Assert.True(one.Outcome == outcome.ExitCode.ToString(System.Globalization.CultureInfo.InvariantCulture), $"{door} {one.Outcome} is expected, not:\n{outcome}");
            Assert.Contains(one.Fragment, printed, StringComparison.Ordinal);
        }
    }
}
