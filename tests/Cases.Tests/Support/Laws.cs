using System.Text.Json;

namespace PlaybookOperator.Cases.Tests.Support;

/// <summary>What holds for the log of every run, whatever it did.</summary>
internal static class Laws
{
    private static readonly string[] s_ends = ["playbook.completed", "playbook.failed", "execution.cancelled"];
    private static readonly string[] s_iterationEnds = ["iteration.completed", "iteration.failed"];

    /// <param name="events">The whole log of one execution, oldest first.</param>
    public static void Check(IReadOnlyList<JsonElement> events)
    {
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(line => (int)Number(line, "event_id")));
        Assert.Equal("playbook.started", Type(events[0]));
        Assert.Single(events, line => s_ends.Contains(Type(line)));
        Assert.Contains(Type(events[^1]), s_ends);
        AssertOnce(events.Where(line => Type(line) is "iterator.completed" or "iterator.failed"), line => $"{Step(line)}/{Epoch(line)}");
        AssertOnce(events.Where(line => s_iterationEnds.Contains(Type(line))), line => $"{Step(line)}/{Epoch(line)}/{Number(line, "iteration_index")}");
        AssertOnce(events.Where(line => Type(line) is "step.started"), line => $"{Step(line)}/{Epoch(line)}");
        AssertOnce(events.Where(line => Type(line) is "step.exit" or "step.skipped"), line => $"{Step(line)}/{Epoch(line)}");
    }

    /// <summary>What the summary counts is what the log has.</summary>
    public static void CheckCounts(Outcome outcome)
    {
        var counts = outcome.Json.GetProperty("events");
        Assert.Equal(outcome.Events.Count, counts.GetProperty("total").GetInt32());
        foreach (var count in counts.GetProperty("by_type").EnumerateObject())
            Assert.Equal(count.Value.GetInt32(), outcome.Events.Count(line => Type(line) == count.Name));
    }

    private static void AssertOnce(IEnumerable<JsonElement> events, Func<JsonElement, string> identity) =>
        Assert.Empty(events.GroupBy(identity).Where(group => group.Count() > 1).Select(group => $"{Type(group.First())} {group.Key}"));

    private static string? Type(JsonElement line) => line.GetProperty("event_type").GetString();

    private static string? Step(JsonElement line) => line.TryGetProperty("step", out var step) ? step.GetString() : null;

    private static long Epoch(JsonElement line) => line.TryGetProperty("epoch", out var epoch) && epoch.ValueKind == JsonValueKind.Number ? epoch.GetInt64() : 0;

    private static long Number(JsonElement line, string name) => line.GetProperty(name) is { ValueKind: JsonValueKind.String } text ? long.Parse(text.GetString()!) : line.GetProperty(name).GetInt64();
}
