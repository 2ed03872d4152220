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
                if (loop.Value.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Number)
                    yield return KeyValuePair.Create($"overrides.loops.{loop.Name}.{field}", value);
        }

        if (execution.Spec.Limits is not { ValueKind: JsonValueKind.Object } limits) yield break;
        foreach (var field in s_limits)
        {
            if (!limits.TryGetProperty(field, out var value)) continue;
            if (field == "maxDuration" && Duration.TryRead(value, out var duration))
                yield return KeyValuePair.Create($"limits.{field}", JsonText.Write(writer => writer.WriteNumberValue(duration.TotalSeconds)));
            else if (value.ValueKind == JsonValueKind.Number) yield return KeyValuePair.Create($"limits.{field}", value);
        }
    }

    private static JsonElement? Map(JsonElement? owner, string name) =>
        owner is { ValueKind: JsonValueKind.Object } map && map.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Object
            ? member
            : null;
}
