using System.Text.RegularExpressions;
using PlaybookOperator.Cases.Tests.Support;

namespace PlaybookOperator.Cases.Tests.Pages;

/// <summary>docs/pitfalls.md: its rows are complete, and the tests that it names exist.</summary>
public sealed partial class PitfallsPageTests
{
    private static readonly string[] s_rows = [.. File.ReadLines(SourceTree.Path("docs", "pitfalls.md")).Where(line => Row().IsMatch(line))];

    [Fact]
    public void Every_failure_has_one_row() =>
        Assert.Equal(Enumerable.Range(1, 135), s_rows.Select(row => int.Parse(Row().Match(row).Groups["number"].Value)));

    [Fact]
    public void Every_test_that_is_named_exists()
    {
        var known = TestName.All.Where(test => !test.IsOpen).Select(test => test.Name).ToHashSet();
        var named = s_rows.SelectMany(row => Code().Matches(row).Select(match => match.Groups["name"].Value)).ToList();
        Assert.True(named.Count > 100, $"Only {named.Count} tests are named.");
        Assert.DoesNotContain(named, name => !known.Contains(name));
    }

    [Fact]
    public void Every_row_has_an_answer() =>
        Assert.DoesNotContain(s_rows, row => row.Trim('|').Split('|')[2].Trim().Length < 10);

    [GeneratedRegex(@"^\| (?<number>[0-9]+) \|", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Row();

    // Names of tests are sentences; keys and options have no underscores here.
    [GeneratedRegex("`(?<name>[A-Z][A-Za-z0-9]*_\\w+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();
}
