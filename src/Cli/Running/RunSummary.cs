using System.Globalization;
using System.Text.Json;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Cli.Running;

/// <summary>Prints where an execution stands: one JSON object, or a summary for people.</summary>
internal static class RunSummary
{
    private const int MaxPreview = 120;

    /// <summary>The members that <c>--output json</c> promises, without the braces around them.</summary>
    public static async Task WriteMembersAsync(Utf8JsonWriter writer, RunView view)
    {
        writer.WriteString("execution_id", view.ExecutionId);
        writer.WriteString("path", view.Path);
        writer.WriteString("status", StatusProjection.ApiStatus(view.State.Phase));
        writer.WriteNumber("duration_seconds", view.Duration.TotalSeconds);
        writer.WriteStartObject("steps");
        foreach (var run in view.Runs)
        {
            writer.WriteStartObject(run.Step);
            writer.WriteString("status", StatusProjection.ApiStatus(run.Status));
            writer.WritePropertyName("result");
            await WriteResultAsync(writer, view, run);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        WriteMap(writer, "vars", view.State.Vars);
        writer.WriteStartArray("failures");
        foreach (var failure in StatusProjection.FailuresOf(view.State).Top)
        {
            writer.WriteStartObject();
            writer.WriteString("signature", failure.Signature);
            writer.WriteNumber("count", failure.Count);
            writer.WriteString("example", failure.Example);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartObject("events");
        writer.WriteNumber("total", view.Counts.Sum(count => count.Number));
        writer.WriteStartObject("by_type");
        foreach (var (name, number) in view.Counts.Where(count => count.Number > 0)) writer.WriteNumber(name, number);
        writer.WriteEndObject();
        writer.WriteEndObject();
        if (view.State.Phase == ExecutionPhase.Completed) writer.WriteNull("error");
        else writer.WriteString("error", view.State.Message);
    }

    public static async Task WriteJsonAsync(Stream stream, RunView view, CancellationToken cancellationToken)
    {
        await using var writer = new Utf8JsonWriter(stream, JsonOutput.Indented);
        writer.WriteStartObject();
        await WriteMembersAsync(writer, view);
        writer.WriteEndObject();
        await writer.FlushAsync(cancellationToken);
        stream.WriteByte((byte)'\n');
    }

    public static async Task WriteTextAsync(TextWriter text, RunView view)
    {
        foreach (var run in view.Runs) await text.WriteLineAsync($"  {Mark(run.Status)} {run.Step}{Describe(view, run)}");
        await text.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{StatusProjection.ApiStatus(view.State.Phase)} {view.Path} in {view.Duration.TotalSeconds:0.00} s, {view.Counts.Sum(count => count.Number)} events, execution {view.ExecutionId}"));
        if (view.State.Message is { } message) await text.WriteLineAsync(message);
        foreach (var run in view.Runs)
            foreach (var warning in run.Warnings) await text.WriteLineAsync($"Warning: {run.Step}: {warning}");
        // One failure is told by its step.
        if (StatusProjection.FailuresOf(view.State).Top is not { IsEmpty: false } failures || failures is [{ Count: 1 }]) return;
        await text.WriteLineAsync("Failures:");
        foreach (var failure in failures)
            await text.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {failure.Count,7}  {failure.Signature}"));
    }

    private static string Mark(StepStatus status) => status switch
    {
        StepStatus.Completed => "+",
        StepStatus.Failed => "x",
        StepStatus.Skipped or StepStatus.Cancelled => "-",
        _ => "…",
    };

    private static string Describe(RunView view, StepRun run)
    {
        var error = run.Error is { } text ? $": {text}" : "";
        return view.State.Loops.TryGetValue(run.RunId, out var loop)
            ? string.Create(CultureInfo.InvariantCulture, $" {loop.Done}/{loop.Total} iterations, {loop.Succeeded} succeeded, {loop.Failed} failed{error}")
            : error.Length > 0 ? error : Preview(run);
    }

    /// <summary>A result that fits on the line; the others are in the JSON output.</summary>
    private static string Preview(StepRun run) =>
        run.Result is { ValueKind: not JsonValueKind.Null } result && result.GetRawText() is { Length: <= MaxPreview } text ? $" = {text}" : "";

    private static async Task WriteResultAsync(Utf8JsonWriter writer, RunView view, StepRun run)
    {
        if (run.IsLoop) await WriteLoopAsync(writer, view, run);
        else if (await view.Result(run) is { } result) result.WriteTo(writer);
        else writer.WriteNullValue();
    }

    private static async Task WriteLoopAsync(Utf8JsonWriter writer, RunView view, StepRun run)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("results");
        foreach (var result in await view.LoopResults(run))
        {
            if (result is { } value) value.WriteTo(writer);
            else writer.WriteNullValue();
        }

        writer.WriteEndArray();
        if (run.Result is { ValueKind: JsonValueKind.Object } summary)
            foreach (var member in summary.EnumerateObject()) member.WriteTo(writer);
        writer.WriteEndObject();
    }

    private static void WriteMap(Utf8JsonWriter writer, string name, IReadOnlyDictionary<string, JsonElement> map)
    {
        writer.WriteStartObject(name);
        foreach (var (key, value) in map)
        {
            writer.WritePropertyName(key);
            value.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
