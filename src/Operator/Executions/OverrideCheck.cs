using System.Text.Json;
using PlaybookOperator.Core.Playbooks;

namespace PlaybookOperator.Operator.Executions;

/// <summary>Says what of an Execution's <c>overrides</c> has no effect. An edit of something that runs must not fail it, so this is a warning.</summary>
internal static class OverrideCheck
{
    private const int MaxWarnings = 5;

    /// <summary>One sentence for each thing that is wrong, the first few; null when nothing is.</summary>
    public static string? Warn(JsonElement? overrides, Plan plan)
    {
        if (overrides is not { ValueKind: not JsonValueKind.Null } given) return null;
        var warnings = Warnings(given, plan).Take(MaxWarnings).ToList();
        return warnings.Count == 0 ? null : $"warning: {string.Join(' ', warnings)}";
    }

    private static IEnumerable<string> Warnings(JsonElement overrides, Plan plan)
    {
        if (overrides.ValueKind != JsonValueKind.Object) return ["overrides must be a map with loops."];
        return overrides.EnumerateObject().SelectMany(member => member.Name == "loops"
            ? Loops(member.Value, plan)
            : [$"overrides.{member.Name} is not known; only overrides.loops is."]);
    }

    private static IEnumerable<string> Loops(JsonElement loops, Plan plan)
    {
        if (loops.ValueKind != JsonValueKind.Object) return ["overrides.loops must be a map of steps."];
        return loops.EnumerateObject().SelectMany(loop => Loop(loop, plan));
    }

    private static IEnumerable<string> Loop(JsonProperty loop, Plan plan)
    {
        var field = $"overrides.loops.{loop.Name}";
        if (!plan.ByName.TryGetValue(loop.Name, out var step) || step.Loop is null)
        {
            var near = NearestName.Find(loop.Name, plan.Steps.Where(known => known.Loop is not null).Select(known => known.Name)) is { } name ? $" (did you mean {name}?)" : "";
            return [$"{field} has no effect: the playbook has no loop at a step of that name{near}."];
        }

        if (loop.Value.ValueKind != JsonValueKind.Object) return [$"{field} must be a map with maxParallel or maxFailed."];
        return loop.Value.EnumerateObject().Select(member => member.Name switch
        {
            "maxParallel" or "max_parallel" => ExecutionIntent.IsCount(member.Value, least: 1) ? null : $"{field}.maxParallel must be an integer of at least 1, not {member.Value.GetRawText()}.",
            "maxFailed" or "max_failed" => ExecutionIntent.IsCount(member.Value, least: 0) ? null : $"{field}.maxFailed must be an integer of at least 0, not {member.Value.GetRawText()}.",
            _ => $"{field}.{member.Name} is not known; maxParallel and maxFailed are.",
        }).OfType<string>();
    }
}
