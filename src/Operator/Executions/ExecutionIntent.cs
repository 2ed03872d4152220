using System.Collections.Immutable;
using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;

namespace PlaybookOperator.Operator.Executions;

/// <summary>Reads what the user wants out of the resource.</summary>
public static class ExecutionIntent
{
    private static readonly string[] s_editable = ["maxParallel", "maxFailed"];
    private static readonly string[] s_limits = ["maxDuration", "maxParallel", "maxIterations", "maxEvents"];

    public static Intent Of(Execution execution) => new()
    {
        Suspend = execution.Spec.Suspend == true,
        Cancel = execution.Spec.Cancel == true,
        Deleted = execution.Metadata.DeletionTimestamp is not null,
        Generation = execution.Metadata.Generation ?? 0,
        Overrides = Overrides(execution).ToImmutableSortedDictionary(StringComparer.Ordinal),
    };

    private static IEnumerable<KeyValuePair<string, JsonElement>> Overrides(Execution execution)
    {
        if (Map(execution.Spec.Overrides, "loops") is { } loops)
        {
            foreach (var loop in loops.EnumerateObject().Where(loop => loop.Value.ValueKind == JsonValueKind.Object))
                foreach (var field in s_editable)
                    if (TryGet(loop.Value, field, out var value) && IsCount(value, least: field == "maxParallel" ? 1 : 0))
                        yield return KeyValuePair.Create($"overrides.loops.{loop.Name}.{field}", value);
        }

        if (execution.Spec.Limits is not { ValueKind: JsonValueKind.Object } limits) yield break;
        foreach (var field in s_limits)
        {
            if (!TryGet(limits, field, out var value)) continue;
            if (field == "maxDuration" && Duration.TryRead(value, out var duration))
                yield return KeyValuePair.Create($"limits.{field}", JsonText.Write(writer => writer.WriteNumberValue(duration.TotalSeconds)));
            else if (value.ValueKind == JsonValueKind.Number) yield return KeyValuePair.Create($"limits.{field}", value);
        }
    }

    /// <summary>A member by its camelCase name, or by the same in snake_case.</summary>
    private static bool TryGet(JsonElement map, string name, out JsonElement value) =>
        map.TryGetProperty(name, out value) || map.TryGetProperty(JsonNamingPolicy.SnakeCaseLower.ConvertName(name), out value);

    /// <summary>An integer of at least <paramref name="least"/> that any loop could have.</summary>
    internal static bool IsCount(JsonElement value, long least) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count) && count >= least && count <= int.MaxValue;

    private static JsonElement? Map(JsonElement? owner, string name) =>
        owner is { ValueKind: JsonValueKind.Object } map && map.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Object
            ? member
            : null;
}
