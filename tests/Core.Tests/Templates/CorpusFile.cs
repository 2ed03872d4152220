using System.Text.Json;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Tests.Templates;

/// <summary>A corpus of templates with a reference's answers, and the list of deliberate differences from them.</summary>
internal sealed class CorpusFile
{
    private readonly JsonElement _corpus;
    private readonly Dictionary<string, JsonElement> _differences;

    public CorpusFile(string name)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Templates", "Corpus");
        _corpus = JsonElement.Parse(File.ReadAllBytes(Path.Combine(folder, $"{name}.json")));
        var differences = JsonElement.Parse(File.ReadAllBytes(Path.Combine(folder, $"{name}.differences.json")));
        Reasons = [.. differences.EnumerateArray().Select(group => group.GetProperty("reason").GetString()!)];
        _differences = differences.EnumerateArray()
            .SelectMany(group => group.GetProperty("cases").EnumerateObject())
            .ToDictionary(difference => difference.Name, difference => difference.Value, StringComparer.Ordinal);
    }

    /// <summary>Why the deliberate differences are.</summary>
    public IReadOnlyList<string> Reasons { get; }

    public int Count => _corpus.GetProperty("cases").GetArrayLength();

    /// <summary>What does not hold: unexpected disagreements, listed differences that agree or give something else, and unknown entries.</summary>
    /// <param name="isTyped">Whether the reference tells integers from floats.</param>
    public List<string> Violations(bool isTyped)
    {
        var violations = new List<string>();
        var context = Value.FromJson(_corpus.GetProperty("context"));
        var unseen = _differences.Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var entry in _corpus.GetProperty("cases").EnumerateArray())
        {
            var template = entry.GetProperty("template").GetString()!;
            var answer = JsonElement.Parse(TemplateEvaluation.Answer(template, context, Evaluating.Context()));
            var agrees = Agree(answer, entry, isTyped);
            if (!_differences.TryGetValue(template, out var ours))
            {
                violations.AddRange(agrees ? [] : [$"{template.ReplaceLineEndings("\\n")}  reference {Rest(entry)}  ours {answer}"]);
                continue;
            }

            unseen.Remove(template);
            violations.AddRange(agrees ? [$"{template}  is listed as different but agrees"] : []);
            violations.AddRange(Agree(answer, ours, isTyped: true) ? [] : [$"{template}  listed {ours}  ours {answer}"]);
        }

        violations.AddRange(unseen.Select(template => $"{template}  is listed as different but is not in the corpus"));
        return violations;
    }

    private static string Rest(JsonElement entry) =>
        entry.TryGetProperty("value", out var value) ? value.GetRawText() : entry.GetProperty("error").GetRawText();

    // Two errors agree: each side has its own words.
    private static bool Agree(JsonElement ours, JsonElement reference, bool isTyped) =>
        ours.TryGetProperty("value", out var value)
            ? reference.TryGetProperty("value", out var expected) && Same(value, expected, isTyped)
            : reference.TryGetProperty("error", out _);

    /// <summary>Equal in value and type: 1 and 1.0 differ, the order of members does not matter.</summary>
    private static bool Same(JsonElement left, JsonElement right, bool isTyped)
    {
        if (left.ValueKind != right.ValueKind)
        {
            return false;
        }

        return left.ValueKind switch
        {
            JsonValueKind.Number => SameNumber(left.GetRawText(), right.GetRawText(), isTyped),
            JsonValueKind.Array => left.GetArrayLength() == right.GetArrayLength() && left.EnumerateArray().Zip(right.EnumerateArray()).All(pair => Same(pair.First, pair.Second, isTyped)),
            JsonValueKind.Object => left.EnumerateObject().Count() == right.EnumerateObject().Count()
                && left.EnumerateObject().All(member => right.TryGetProperty(member.Name, out var other) && Same(member.Value, other, isTyped)),
            JsonValueKind.String => left.GetString() == right.GetString(),
            _ => true,
        };
    }

    private static bool SameNumber(string left, string right, bool isTyped)
    {
        var isFloat = left.AsSpan().ContainsAny(".eE");
        var isSame = isFloat || right.AsSpan().ContainsAny(".eE")
            ? BitConverter.DoubleToInt64Bits(double.Parse(left)) == BitConverter.DoubleToInt64Bits(double.Parse(right))
            : left == right;
        return isSame && (!isTyped || isFloat == right.AsSpan().ContainsAny(".eE"));
    }

    /// <summary>Templates whose printed form does not parse, prints differently, or answers differently.</summary>
    public List<string> UnstablePrints()
    {
        var unstable = new List<string>();
        var context = Value.FromJson(_corpus.GetProperty("context"));
        foreach (var entry in _corpus.GetProperty("cases").EnumerateArray())
        {
            var text = entry.GetProperty("template").GetString()!;
            if (!Template.TryParse(text, TemplateOptions.Default, out var template, out _))
            {
                continue;
            }

            var printed = template.Print();
            var isParsed = Template.TryParse(printed, TemplateOptions.Default, out var again, out var error);
            var answers = (Answer(text, context), Answer(printed, context));
            if (!isParsed || again!.Print() != printed || answers.Item1 != answers.Item2)
            {
                unstable.Add($"{text}  printed {printed}  again {again?.Print()} {error?.Message} {answers}");
            }
        }

        return unstable;
    }

    // Positions and spellings inside errors may differ.
    private static string Answer(string template, Value context)
    {
        var answer = TemplateEvaluation.Answer(template, context, Evaluating.Context());
        return answer.StartsWith("{\"value\"", StringComparison.Ordinal) ? answer : "error";
    }
}
