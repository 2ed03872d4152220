using System.Text.Json;
using PlaybookOperator.Cases.Tests.Support;

namespace PlaybookOperator.Cases.Tests.Samples;

/// <summary>A sample with what its comment promises: a sentence, then <c># expect: WHAT = JSON</c>, <c># refuse: OPTIONS = WORD</c>, <c># needs: cluster</c>.</summary>
internal sealed record Sample(string Name, string Sentence, string Text, IReadOnlyList<(string What, string Value)> Expectations, IReadOnlyList<(string[] Options, string Word)> Refusals, bool NeedsCluster)
{
    private const string Expect = "# expect: ";
    private const string Refuse = "# refuse: ";

    public static string Folder => SourceTree.Path("config", "samples");

    public string File => Path.Combine(Folder, Name);

    public static IEnumerable<Sample> All => Directory.EnumerateFiles(Folder, "*.yaml").Select(file => Read(Path.GetFileName(file))).OrderBy(sample => sample.Name, StringComparer.Ordinal);

    public static Sample Read(string name)
    {
        var text = System.IO.File.ReadAllText(Path.Combine(Folder, name));
        var comment = text.Split('\n').TakeWhile(line => line.StartsWith("# ", StringComparison.Ordinal)).ToList();
        return new Sample(
            name, string.Join(' ', comment.TakeWhile(line => !IsMark(line)).Select(line => line[2..])), text,
            [.. comment.Where(line => line.StartsWith(Expect, StringComparison.Ordinal)).Select(line => Halves(line[Expect.Length..]))],
            [.. comment.Where(line => line.StartsWith(Refuse, StringComparison.Ordinal)).Select(line => Halves(line[Refuse.Length..], last: true)).Select(halves => (halves.Left.Split(' '), halves.Right))],
            comment.Contains("# needs: cluster"));
    }

    /// <summary>Fails unless the run is as promised.</summary>
    public void Check(Outcome outcome, int requests)
    {
        var status = Expectations.FirstOrDefault(one => one.What == "status").Value ?? "\"COMPLETED\"";
        Assert.True(outcome.ExitCode is 0 or 1 && Outcome.Compact(outcome.Json.GetProperty("status")) == status, outcome.ToString());
        foreach (var (what, value) in Expectations)
        {
            var actual = ActualOf(what, outcome, requests);
            Assert.True(JsonElement.DeepEquals(JsonElement.Parse(value), actual), $"{Name}: {what} is {Outcome.Compact(actual)}, not {value}");
        }
    }

    private static JsonElement ActualOf(string what, Outcome outcome, int requests) => what.Split('.', 2) switch
    {
        ["requests"] => JsonElement.Parse($"{requests}"),
        ["status" or "vars" or "error"] => outcome.Json.GetProperty(what),
        ["events", var type] => JsonElement.Parse($"{outcome.Count(type)}"),
        ["steps", var step] => outcome.Step(step).GetProperty("status"),
        [var step] => outcome.Step(step).GetProperty("result"),
        [var step, var path] => outcome.At(step, path),
        _ => throw new FormatException(what),
    };

    private static bool IsMark(string line) => line.StartsWith(Expect, StringComparison.Ordinal) || line.StartsWith(Refuse, StringComparison.Ordinal) || line.StartsWith("# needs: ", StringComparison.Ordinal);

    private static (string Left, string Right) Halves(string text, bool last = false)
    {
        var at = last ? text.LastIndexOf(" = ", StringComparison.Ordinal) : text.IndexOf(" = ", StringComparison.Ordinal);
        return (text[..at], text[(at + 3)..]);
    }
}
