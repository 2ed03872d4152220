using System.Text.RegularExpressions;
using Xunit;

namespace PlaybookOperator.Core.Tests.Templates;

public sealed partial class DocumentationTests
{
    [Fact]
    public void Every_example_of_the_language_page_gives_what_the_page_says()
    {
        var page = File.ReadAllText(Path.Combine(Root(), "docs", "spec", "templates.md"));
        var context = ContextBlock().Match(page).Groups["json"].Value;
        var examples = Example().Matches(page);
        var wrong = new List<string>();
        foreach (Match example in examples)
        {
            var (template, expected) = (example.Groups["template"].Value, example.Groups["expected"].Value);
            var answer = Answer(template, context);
            if (answer != expected)
            {
                wrong.Add($"{template}: the page says {expected}, the language says {answer}");
            }
        }

        Assert.True(examples.Count >= 60, $"{examples.Count} examples");
        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("jinja2")]
    [InlineData("liquid")]
    public void Every_reason_for_a_difference_stands_on_the_language_page(string corpus)
    {
        var page = Space().Replace(File.ReadAllText(Path.Combine(Root(), "docs", "spec", "templates.md")), " ");

        Assert.DoesNotContain(new CorpusFile(corpus).Reasons, reason => !page.Contains($"- {reason}", StringComparison.Ordinal));
    }

    private static string Answer(string template, string context)
    {
        var answer = Evaluating.Json(template, context);
        if (answer.StartsWith("error ", StringComparison.Ordinal))
        {
            return "error: " + answer[(answer.IndexOf(": ", StringComparison.Ordinal) + 2)..];
        }

        return answer;
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Operator.sln")))
        {
            folder = Path.GetDirectoryName(folder.TrimEnd(Path.DirectorySeparatorChar))!;
        }

        return folder;
    }

    [GeneratedRegex("\\s+", RegexOptions.None, 10_000)]
    private static partial Regex Space();

    [GeneratedRegex("```json\n(?<json>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex ContextBlock();

    [GeneratedRegex("^- `(?<template>.+)` → `(?<expected>.+)`$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Example();
}
