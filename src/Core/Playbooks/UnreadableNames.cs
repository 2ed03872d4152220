using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>
/// Warns of steps whose results no template can read, since their names are expressions there: <c>total-tax</c> is a subtraction and <c>count.users</c> a member.
/// </summary>
internal static class UnreadableNames
{
    private static readonly string[] s_words = ["and", "or", "not", "in", "is", "if", "else", "true", "True", "false", "False", "none", "None", "contains"];

    public static void Check(Plan plan, IReadOnlyDictionary<string, IReadOnlyList<TemplateSite>> sites, List<Problem> problems)
    {
        // A routing step has no result that somebody could miss.
        var unreadable = plan.Steps.Where(step => step.Task is not null && !IsReadable(step.Name)).ToList();
        foreach (var step in unreadable) problems.Add(new Problem(ProblemSeverity.Warning, $"{step.Field}.step", $"{Meaning(step.Name)}; use {Readable(step.Name)}."));
        var expressions = unreadable.Where(step => step.Name.AsSpan().ContainsAny('-', '.'))
            .Select(step => (step.Name, Expression: step.Name.Replace("-", " - ", StringComparison.Ordinal))).ToList();
        if (expressions.Count == 0) return;
        foreach (var site in plan.Steps.SelectMany(step => sites[step.Field]))
        {
            if (site.Template?.Print() is not { } text) continue;
            foreach (var (name, expression) in expressions.Where(one => Holds(text, one.Expression)))
                problems.Add(new Problem(ProblemSeverity.Warning, site.Field, $"reads '{name}' as {Kind(name)}, not as the result of the step of that name; call the step {Readable(name)}."));
        }
    }

    private static string Meaning(string name) => name.AsSpan().ContainsAny('-', '.')
        ? $"results of '{name}' cannot be read by templates, where it is {Kind(name)}"
        : $"results of '{name}' cannot be read by templates, where it is not a name";

    private static string Kind(string name) => name.Contains('-', StringComparison.Ordinal) ? "a subtraction" : $"a member of '{name[..name.IndexOf('.', StringComparison.Ordinal)]}'";

    private static string Readable(string name)
    {
        var plain = name.Replace('-', '_').Replace('.', '_');
        return char.IsAsciiDigit(plain[0]) || s_words.Contains(plain) ? $"step_{plain}" : plain;
    }

    private static bool IsReadable(string name) =>
        name.Length == 0 || (!char.IsAsciiDigit(name[0]) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') && !s_words.Contains(name));

    /// <summary>Whether an expression stands in a template's canonical text as a whole.</summary>
    private static bool Holds(string text, string expression)
    {
        for (var at = text.IndexOf(expression, StringComparison.Ordinal); at >= 0; at = text.IndexOf(expression, at + 1, StringComparison.Ordinal))
            if (!IsPart(text, at - 1) && !IsPart(text, at + expression.Length)) return true;
        return false;
    }

    private static bool IsPart(string text, int at) => at >= 0 && at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_');
}
