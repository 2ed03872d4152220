using System.Text.Json;

namespace PlaybookOperator.Cases.Tests.Support;

/// <summary>What holds for the log of every run, whatever it did.</summary>
internal static class Laws
{
    private static readonly string[] s_ends = ["playbook.completed", "playbook.failed", "execution.cancelled"];
    private static readonly string[] s_iterationEnds = ["iteration.completed", "iteration.failed"];

    public static void Check(Outcome outcome)
    {
        var events = outcome.Events;
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(line => (int)Number(line, "event_id")));
        Assert.Equal(outcome.Json.GetProperty("events").GetProperty("total").GetInt32(), events.Count);
        Assert.Equal("playbook.started", Type(events[0]));
        Assert.Single(events, line => s_ends.Contains(Type(line)));
        Assert.Contains(Type(events[^1]), s_ends);
        AssertOnce(events.Where(line => Type(line) is "iterator.completed" or "iterator.failed"), line => $"{Step(line)}/{Epoch(line)}");
        AssertOnce(events.Where(line => s_iterationEnds.Contains(Type(line))), line => $"{Step(line)}/{Epoch(line)}/{Number(line, "iteration_index")}");
        AssertOnce(events.Where(line => Type(line) is "step.started"), line => $"{Step(line)}/{Epoch(line)}");
        AssertOnce(events.Where(line => Type(line) is "step.exit" or "step.skipped"), line => $"{Step(line)}/{Epoch(line)}");
        foreach (var (type, count) in outcome.Json.GetProperty("events").GetProperty("by_type").EnumerateObject().Select(member => (member.Name, member.Value.GetInt32())))
            Assert.Equal(count, events.Count(line => Type(line) == type));
    }

    private static void AssertOnce(IEnumerable<JsonElement> events, Func<JsonElement, string> identity) =>
        Assert.Empty(events.GroupBy(identity).Where(group => group.Count() > 1).Select(group => $"{Type(group.First())} {group.Key}"));

    private static string? Type(JsonElement line) => line.GetProperty("event_type").GetString();

    private static string? Step(JsonElement line) => line.TryGetProperty("step", out var step) ? step.GetString() : null;

    private static long Epoch(JsonElement line) => line.TryGetProperty("epoch", out var epoch) && epoch.ValueKind == JsonValueKind.Number ? epoch.GetInt64() : 0;

    private static long Number(JsonElement line, string name) => line.GetProperty(name) is { ValueKind: JsonValueKind.String } text ? long.Parse(text.GetString()!) : line.GetProperty(name).GetInt64();
}
