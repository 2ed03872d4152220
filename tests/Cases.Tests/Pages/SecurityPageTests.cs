using System.Text.RegularExpressions;
using PlaybookOperator.Cases.Tests.Support;

namespace PlaybookOperator.Cases.Tests.Pages;

/// <summary>docs/security.md: the rights that it lists are those that the chart grants, and what it names is there.</summary>
public sealed partial class SecurityPageTests
{
    private static readonly string s_page = File.ReadAllText(SourceTree.Path("docs", "security.md"));

    [Fact]
    public void The_operators_rights_are_those_that_the_chart_grants()
    {
        var granted = RulesOf("_rules.tpl").Concat(RulesOf("rbac.yaml")).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(granted.Order(StringComparer.Ordinal), RightsOfThePage().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_operator_may_not_read_Secrets() =>
        Assert.DoesNotContain(RulesOf("_rules.tpl").Concat(RulesOf("rbac.yaml")), right => right.Contains("secret", StringComparison.OrdinalIgnoreCase) || right.Contains('*', StringComparison.Ordinal));

    [Fact]
    public void What_the_pages_refer_to_is_there()
    {
        foreach (var (folder, page) in new[] { ("docs", s_page), ("", File.ReadAllText(SourceTree.Path("SECURITY.md"))) })
        {
            foreach (Match link in Link().Matches(page))
            {
                var target = link.Groups["target"].Value;
                if (target.StartsWith('#')) Assert.Contains($"## {target[1..].Replace('-', ' ')}", page.Replace("'", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
                else Assert.True(File.Exists(SourceTree.Path(folder, target.Split('#')[0])), $"{target} is not there.");
            }
        }
    }

    /// <summary>One line for each resource: group, resource, verbs in order.</summary>
    private static IEnumerable<string> RulesOf(string template) =>
        from Match rule in Rule().Matches(File.ReadAllText(SourceTree.Path("charts", "playbook-operator", "templates", template)))
        from @group in Words(rule.Groups["groups"].Value)
        from resource in Words(rule.Groups["resources"].Value)
        select Right(@group.Trim('"') is { Length: > 0 } named ? named : "core", resource, Words(rule.Groups["verbs"].Value));

    private static IEnumerable<string> RightsOfThePage() =>
        from line in s_page.Split("## The operator's rights")[1].Split("\n## ")[0].Split('\n')
        where line.StartsWith("| `", StringComparison.Ordinal) || line.StartsWith("| core", StringComparison.Ordinal)
        let cells = line.Trim('|').Split('|')
        from Match resource in Code().Matches(cells[1].Split('(')[0])
        select Right(cells[0].Trim(' ', '`'), resource.Value.Trim('`'), cells[2].Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static string Right(string group, string resource, IEnumerable<string> verbs) => $"{group}/{resource}: {string.Join(' ', verbs.Order(StringComparer.Ordinal))}";

    private static string[] Words(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } words ? words : [""];

    [GeneratedRegex(@"- apiGroups: \[(?<groups>[^\]]*)\]\s+resources: \[(?<resources>[^\]]*)\]\s+(resourceNames: \[[^\]]*\]\s+)?verbs: \[(?<verbs>[^\]]*)\]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rule();

    [GeneratedRegex("`[^`]+`", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\((?<target>[^)]+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();
}
