using System.Text.RegularExpressions;
using PlaybookOperator.Cases.Tests.Support;

namespace PlaybookOperator.Cases.Tests.Pages;

/// <summary>One section of a page of docs/spec, and the keys that it names.</summary>
internal sealed partial class SpecPage(string text)
{
    /// <summary>The text under a heading, without the sections below it.</summary>
    public static SpecPage Section(string page, string heading)
    {
        var lines = File.ReadAllLines(SourceTree.Path("docs", "spec", page));
        var first = Array.IndexOf(lines, heading);
        Assert.True(first >= 0, $"docs/spec/{page} has no heading '{heading}'.");
        return new SpecPage(string.Join('\n', lines.Skip(first + 1).TakeWhile(line => !Heading().IsMatch(line))));
    }

    /// <summary>Everything in backticks, in camelCase.</summary>
    public IReadOnlySet<string> Mentioned => Code().Matches(Fence().Replace(text, "")).SelectMany(match => Word().Matches(match.Groups["code"].Value)).Select(match => CamelCase(match.Value)).ToHashSet();

    /// <summary>The keys that head the rows of the section's tables: the first column, or the second where the first names the kind of tool.</summary>
    public IReadOnlyList<(string Row, string Key)> Rows
    {
        get
        {
            var rows = new List<(string, string)>();
            var (row, second) = ("", false);
            foreach (var line in text.Split('\n').Where(line => line.StartsWith('|') && !line.StartsWith("|--", StringComparison.Ordinal)))
            {
                var cells = line.Replace(@"\|", "", StringComparison.Ordinal).Trim('|').Split('|');
                if (cells[0].Contains("kind", StringComparison.Ordinal) && !cells[0].Contains('`', StringComparison.Ordinal)) second = true;
                if (!second) row = "";
                else if (cells[0].Trim().Trim('`') is { Length: > 0 } kind) row = kind;
                var keys = Code().Matches(cells[second ? 1 : 0]).Select(match => match.Groups["code"].Value).Where(code => Word().Match(code).Length == code.Length);
                rows.AddRange(keys.Select(key => (row, CamelCase(key))));
            }

            return rows;
        }
    }

    public bool HasExample => text.Contains("```yaml", StringComparison.Ordinal);

    public static string CamelCase(string name) => Underscore().Replace(name, match => match.Value[1..].ToUpperInvariant());

    [GeneratedRegex("`(?<code>[^`\n]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();

    [GeneratedRegex("^#{2,4} ", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Heading();

    [GeneratedRegex("^```.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fence();

    [GeneratedRegex("[A-Za-z][A-Za-z_]*", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();

    [GeneratedRegex("_[a-z]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Underscore();
}
