using System.Text.Json;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Core.Work;

/// <summary>The result of an earlier step as templates see it: a call's value, or <c>{results, stats, …}</c> of a loop.</summary>
public static class EarlierResult
{
    /// <param name="run">The run that gave it.</param>
    /// <param name="large">Its value, when it is stored by reference.</param>
    /// <param name="loopResults">The values of its iterations, null for each without; null: they are not wanted.</param>
    public static void Write(Utf8JsonWriter writer, StepRun run, JsonElement? large, IReadOnlyList<JsonElement?>? loopResults)
    {
        if (run.IsLoop) WriteLoop(writer, run, loopResults);
        else WriteValue(writer, run.ResultBytes is null ? run.Result : large);
    }

    private static void WriteLoop(Utf8JsonWriter writer, StepRun run, IReadOnlyList<JsonElement?>? results)
    {
        writer.WriteStartObject();
        if (results is not null)
        {
            writer.WriteStartArray("results");
            foreach (var result in results) WriteValue(writer, result);
            writer.WriteEndArray();
        }

        if (run.Result is { ValueKind: JsonValueKind.Object } summary)
            foreach (var member in summary.EnumerateObject()) member.WriteTo(writer);
        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, JsonElement? value)
    {
        if (value is { } found) found.WriteTo(writer);
        else writer.WriteNullValue();
    }
}
