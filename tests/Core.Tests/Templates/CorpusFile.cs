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
        _differences = differences.EnumerateArray()
            .SelectMany(group => group.GetProperty("cases").EnumerateObject())
            .ToDictionary(difference => difference.Name, difference => difference.Value, StringComparer.Ordinal);
    }

    public int Count => _corpus.GetProperty("cases").GetArrayLength();

    /// <summary>What does not hold: unexpected disagreements, listed differences that agree or give something else, and unknown entries.</summary>
    public List<string> Violations()
    {
        var violations = new List<string>();
        var context = Value.FromJson(_corpus.GetProperty("context"));
        var unseen = _differences.Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var entry in _corpus.GetProperty("cases").EnumerateArray())
        {
            var template = entry.GetProperty("template").GetString()!;
            var answer = JsonElement.Parse(TemplateEvaluation.Answer(template, context, Evaluating.Context()));
            var agrees = Agree(answer, entry);
            if (!_differences.TryGetValue(template, out var ours))
            {
                violations.AddRange(agrees ? [] : [$"{template.ReplaceLineEndings("\\n")}  reference {Rest(entry)}  ours {answer}"]);
                continue;
            }

            unseen.Remove(template);
            violations.AddRange(agrees ? [$"{template}  is listed as different but agrees"] : []);
            violations.AddRange(Agree(answer, ours) ? [] : [$"{template}  listed {ours}  ours {answer}"]);
        }

        violations.AddRange(unseen.Select(template => $"{template}  is listed as different but is not in the corpus"));
        return violations;
    }

    private static string Rest(JsonElement entry) =>
        entry.TryGetProperty("value", out var value) ? value.GetRawText() : entry.GetProperty("error").GetRawText();

    // Two errors agree: each side has its own words.
    private static bool Agree(JsonElement ours, JsonElement reference) =>
        ours.TryGetProperty("value", out var value)
            ? reference.TryGetProperty("value", out var expected) && Same(value, expected)
            : reference.TryGetProperty("error", out _);

    /// <summary>Equal in value and type: 1 and 1.0 differ, the order of members does not matter.</summary>
    private static bool Same(JsonElement left, JsonElement right)
    {
        if (left.ValueKind != right.ValueKind)
        {
            return false;
        }

        return left.ValueKind switch
        {
            JsonValueKind.Number => SameNumber(left.GetRawText(), right.GetRawText()),
            JsonValueKind.Array => left.GetArrayLength() == right.GetArrayLength() && left.EnumerateArray().Zip(right.EnumerateArray()).All(pair => Same(pair.First, pair.Second)),
            JsonValueKind.Object => left.EnumerateObject().Count() == right.EnumerateObject().Count()
                && left.EnumerateObject().All(member => right.TryGetProperty(member.Name, out var other) && Same(member.Value, other)),
            JsonValueKind.String => left.GetString() == right.GetString(),
            _ => true,
        };
    }

    private static bool SameNumber(string left, string right)
    {
        var isFloat = left.AsSpan().ContainsAny(".eE");
        return isFloat == right.AsSpan().ContainsAny(".eE")
            && (isFloat
                ? BitConverter.DoubleToInt64Bits(double.Parse(left)) == BitConverter.DoubleToInt64Bits(double.Parse(right))
                : left == right);
    }
}
