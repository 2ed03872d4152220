using System.Globalization;
using System.Text.RegularExpressions;
using PlaybookOperator.Cases.Tests.Support;

namespace PlaybookOperator.Cases.Tests.Pages;

/// <summary>docs/checklist.md: its rows are complete, and every name in it exists.</summary>
public sealed partial class ChecklistPageTests
{
    private static readonly (int Group, int Count)[] s_groups = [(1, 38), (2, 48), (4, 41), (0, 19), (3, 16)];
    private static readonly string[] s_rows = [.. File.ReadLines(SourceTree.Path("docs", "checklist.md")).Where(line => Row().IsMatch(line))];
    private static readonly List<string> s_code = [.. s_rows.SelectMany(row => Code().Matches(row).Select(match => match.Groups["name"].Value)).Distinct(StringComparer.Ordinal)];

    [Fact]
    public void Every_line_has_one_row_in_order() => Assert.Equal(
        s_groups.SelectMany(group => Enumerable.Range(1, group.Count).Select(number => string.Create(CultureInfo.InvariantCulture, $"{group.Group}.{number:D2}"))),
        s_rows.Select(row => Row().Match(row).Groups["id"].Value));

    [Fact]
    public void Every_row_has_a_proof_or_says_what_is_missing() =>
        Assert.DoesNotContain(s_rows, row => !(Test().IsMatch(row) || Metric().IsMatch(row) || Alert().IsMatch(row) || Option().IsMatch(row) || Value().IsMatch(row)
            || Link().IsMatch(row) || row.Contains("**no**: ", StringComparison.Ordinal) || row.Contains("**open**: ", StringComparison.Ordinal)));

    [Fact]
    public void Every_test_that_is_named_exists()
    {
        var known = TestName.All.Where(test => !test.IsOpen).Select(test => test.Name).ToHashSet();
        var named = Named(Test());
        Assert.True(named.Count > 100, $"Only {named.Count} tests are named.");
        Assert.DoesNotContain(named, name => !known.Contains(name));
    }

    [Fact]
    public void Every_metric_alert_option_and_value_that_is_named_exists()
    {
        var (metrics, operations) = (Read("docs", "metrics.md"), Read("docs", "operations.md"));
        Assert.DoesNotContain(Named(Metric()), name => !metrics.Contains($"| `{name}` |", StringComparison.Ordinal));
        Assert.DoesNotContain(Named(Alert()), name => !operations.Contains($"### {name}\n", StringComparison.Ordinal));
        Assert.DoesNotContain(Named(Option()), name => !operations.Contains($"| `{name}`", StringComparison.Ordinal) || !IsProperty(name.Split("__")[^1]));
        var values = File.ReadAllLines(SourceTree.Path("charts", "playbook-operator", "values.yaml"));
        Assert.DoesNotContain(Named(Value()), name => !IsValue(values, name));
    }

    [Fact]
    public void Every_key_and_call_that_is_named_is_described()
    {
        var pages = string.Concat(Directory.EnumerateFiles(SourceTree.Path("docs"), "*.md", SearchOption.AllDirectories).Where(file => !file.EndsWith("checklist.md", StringComparison.Ordinal)).Select(File.ReadAllText));
        var rest = s_code.Where(name => !(Test().IsMatch($"`{name}`") || Metric().IsMatch($"`{name}`") || Alert().IsMatch($"`{name}`") || Option().IsMatch($"`{name}`") || Value().IsMatch($"`{name}`"))).ToList();
        Assert.Contains("limits.maxDuration", rest);
        Assert.DoesNotContain(rest, name => !IsDescribed(pages, name));
    }

    [Fact]
    public void Every_link_leads_somewhere()
    {
        var links = s_rows.SelectMany(row => Link().Matches(row).Select(match => match.Groups["to"].Value)).Distinct(StringComparer.Ordinal).ToList();
        Assert.True(links.Count > 15, $"Only {links.Count} links were found.");
        Assert.DoesNotContain(links, link => !LeadsSomewhere(link));
    }

    /// <summary>As many tests as the product that this one follows had of each.</summary>
    [Theory]
    [InlineData("Caching/", 22)]
    [InlineData("Templates/", 35)]
    [InlineData("WorkflowGraphTests RouteDecisionTests EpochDecisionTests FlowCases", 40)]
    [InlineData("LoopDecisionTests LoopModeDecisionTests LoopCases LoopPaginationCases PoolDecisionTests PoolRulesTests", 70)]
    [InlineData("QueryCallsTests InputPlannerTests CacheCompilerTests LoadingTests", 35)]
    public void The_areas_have_as_many_tests_as_they_need(string area, int tests)
    {
        var classes = area.EndsWith('/')
            ? Directory.EnumerateFiles(SourceTree.Path("tests", "Core.Tests", area.TrimEnd('/')), "*.cs", SearchOption.AllDirectories).Select(file => Path.GetFileNameWithoutExtension(file)).ToHashSet()
            : [.. area.Split(' ')];
        var found = TestName.All.Count(test => classes.Contains(test.Class) && !test.IsOpen);
        Assert.True(found >= tests, $"{area}: {found} tests.");
        Assert.DoesNotContain(TestName.All, test => test.IsOpen && classes.Contains(test.Class));
    }

    private static List<string> Named(Regex kind) => [.. s_rows.SelectMany(row => kind.Matches(row).Select(match => match.Groups["name"].Value)).Distinct(StringComparer.Ordinal)];

    private static string Read(params string[] names) => File.ReadAllText(SourceTree.Path(names));

    /// <summary>Options are properties of options classes, in whatever case.</summary>
    private static bool IsProperty(string name) =>
        Directory.EnumerateFiles(SourceTree.Path("src"), "*Options.cs", SearchOption.AllDirectories)
            .Any(file => Regex.IsMatch(File.ReadAllText(file), $@"public [\w?<>]+ {name} \{{ get; ", RegexOptions.IgnoreCase, TimeSpan.FromSeconds(1)));

    /// <summary>Goes down the indented keys of the file; the last of them may stand in a map on one line.</summary>
    private static bool IsValue(string[] lines, string path)
    {
        var (at, depth) = (0, 0);
        foreach (var name in path.Split('.'))
        {
            var indent = new string(' ', 2 * depth);
            var found = Array.FindIndex(lines, at, line => line.StartsWith($"{indent}{name}:", StringComparison.Ordinal));
            if (found < 0 || (depth > 0 && lines[at..found].Any(line => line.Length > 0 && line[0] is not (' ' or '#'))))
                return depth > 0 && Regex.IsMatch(lines[at - 1], $@"[{{ ]{name}: ", RegexOptions.None, TimeSpan.FromSeconds(1));
            (at, depth) = (found + 1, depth + 1);
        }

        return true;
    }

    /// <summary>A call stands on a page as its path; each part of a key stands in code somewhere.</summary>
    private static bool IsDescribed(string pages, string name)
    {
        if (name.Contains(" /", StringComparison.Ordinal)) return IsCall(pages, name);
        return pages.Contains($"`{name}`", StringComparison.Ordinal)
            || (Key().IsMatch(name) && name.Split('.').All(part => Regex.IsMatch(pages, $@"\n### {part}\n|`[^`\n]*\b{part}\b[^`\n]*`", RegexOptions.None, TimeSpan.FromSeconds(1))));
    }

    private static bool IsCall(string pages, string name)
    {
        var path = name[name.IndexOf('/', StringComparison.Ordinal)..];
        return pages.Contains($"`{path}`", StringComparison.Ordinal) || pages.Contains($"`…{path[path.LastIndexOf('/')..]}`", StringComparison.Ordinal);
    }

    private static bool LeadsSomewhere(string link)
    {
        var parts = link.Split('#');
        var file = Path.GetFullPath(Path.Combine(SourceTree.Path("docs"), parts[0]));
        return File.Exists(file) && (parts.Length == 1 || File.ReadLines(file).Where(line => line.StartsWith('#')).Select(Anchor).Contains(parts[1]));
    }

    private static string Anchor(string heading) =>
        NoAnchor().Replace(heading.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"^\| (?<id>[0-4]\.[0-9]{2}) \|", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<name>[^`]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();

    // Names of tests are sentences; options are capitals throughout.
    [GeneratedRegex(@"`(?<name>(?!PLAYBOOK_)[A-Z][A-Za-z0-9]*_\w+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Test();

    [GeneratedRegex(@"`(?<name>playbook_\w+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Metric();

    [GeneratedRegex(@"`(?<name>Playbook[A-Z][A-Za-z]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Alert();

    [GeneratedRegex(@"`(?<name>PLAYBOOK_[A-Z]+__[A-Z<>_]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Option();

    [GeneratedRegex(@"`--set (?<name>[\w.]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Value();

    [GeneratedRegex(@"\]\((?<to>[^)]+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"^[a-z]\w*(\.[a-z]\w*)+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Key();

    [GeneratedRegex(@"[^\p{L}\p{N}\s_-]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NoAnchor();
}
