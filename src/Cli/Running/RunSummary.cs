using System.Globalization;
using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Executions;

namespace PlaybookOperator.Cli.Running;

/// <summary>What <c>playbook run</c> prints at the end: one JSON object, or a summary for people.</summary>
internal sealed class RunSummary(PassResult pass, IEventReader reader)
{
    private const int MaxResults = 10_000_000;
    private const int SmallestPage = 10;
    private const int MaxPreview = 120;

    public async Task WriteJsonAsync(Stream stream, CancellationToken cancellationToken)
    {
        var counts = await CountAsync(cancellationToken);
        var state = pass.State;
        await using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteString("execution_id", pass.Header.Id.ToString());
        writer.WriteString("path", pass.Header.Playbook);
        writer.WriteString("status", StatusProjection.ApiStatus(state.Phase));
        writer.WriteNumber("duration_seconds", Duration.TotalSeconds);
        writer.WriteStartObject("steps");
        foreach (var run in state.Steps.Values.OrderBy(run => run.StartedAt).ThenBy(run => run.RunId))
        {
            writer.WriteStartObject(run.Step);
            writer.WriteString("status", StatusProjection.ApiStatus(run.Status));
            if (run.Error is { } error) writer.WriteString("error", error);
            writer.WritePropertyName("result");
            await WriteResultAsync(writer, run, cancellationToken);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        WriteMap(writer, "vars", state.Vars);
        writer.WriteStartObject("events");
        writer.WriteNumber("total", counts.Sum(count => count.Number));
        writer.WriteStartObject("by_type");
        foreach (var (name, number) in counts.Where(count => count.Number > 0)) writer.WriteNumber(name, number);
        writer.WriteEndObject();
        writer.WriteEndObject();
        if (state.Phase == ExecutionPhase.Completed) writer.WriteNull("error");
        else writer.WriteString("error", state.Message);
        writer.WriteEndObject();
        await writer.FlushAsync(cancellationToken);
        stream.WriteByte((byte)'\n');
    }

    public async Task WriteTextAsync(TextWriter text, CancellationToken cancellationToken)
    {
        var state = pass.State;
        foreach (var run in state.Steps.Values.OrderBy(run => run.StartedAt).ThenBy(run => run.RunId))
            await text.WriteLineAsync($"  {Mark(run.Status)} {run.Step}{Describe(run)}");
        var counts = await CountAsync(cancellationToken);
        var total = counts.Sum(count => count.Number);
        await text.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{StatusProjection.ApiStatus(state.Phase)} {pass.Header.Playbook} in {Duration.TotalSeconds:0.00} s, {total} events, execution {pass.Header.Id}"));
        if (state.Message is { } message) await text.WriteLineAsync(message);
    }

    private TimeSpan Duration => pass.State is { StartedAt: { } start, EndedAt: { } end } ? end - start : TimeSpan.Zero;

    private static string Mark(StepStatus status) => status switch
    {
        StepStatus.Completed => "+",
        StepStatus.Failed => "x",
        StepStatus.Skipped or StepStatus.Cancelled => "-",
        _ => "…",
    };

    private string Describe(StepRun run)
    {
        var error = run.Error is { } text ? $": {text}" : "";
        return pass.State.Loops.TryGetValue(run.RunId, out var loop)
            ? string.Create(CultureInfo.InvariantCulture, $" {loop.Done}/{loop.Total} iterations, {loop.Succeeded} succeeded, {loop.Failed} failed{error}")
            : error.Length > 0 ? error : Preview(run);
    }

    /// <summary>A result that fits on the line; the others are in the JSON output.</summary>
    private static string Preview(StepRun run) =>
        run.Result is { ValueKind: not JsonValueKind.Null } result && result.GetRawText() is { Length: <= MaxPreview } text ? $" = {text}" : "";

    private async Task<List<(string Name, long Number)>> CountAsync(CancellationToken cancellationToken)
    {
        var counts = new List<(string, long)>();
        foreach (var type in Enum.GetValues<EventType>())
        {
            var page = await reader.PageAsync(pass.Header.Id, new EventQuery(1, SmallestPage, type), cancellationToken);
            counts.Add((type.Name(), page.TotalEvents));
        }

        return counts;
    }

    private async Task WriteResultAsync(Utf8JsonWriter writer, StepRun run, CancellationToken cancellationToken)
    {
        if (pass.State.Loops.ContainsKey(run.RunId)) await WriteLoopAsync(writer, run, cancellationToken);
        else if (await ResultAsync(run, cancellationToken) is { } result) result.WriteTo(writer);
        else writer.WriteNullValue();
    }

    private async ValueTask<JsonElement?> ResultAsync(StepRun run, CancellationToken cancellationToken) => run.ResultBytes is null
        ? run.Result
        : await reader.ReadResultAsync(pass.Header.Id, new WorkKey(run.RunId, WorkKey.Call), cancellationToken);

    private async Task WriteLoopAsync(Utf8JsonWriter writer, StepRun run, CancellationToken cancellationToken)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("results");
        foreach (var result in await LoopResults.ReadAsync(reader, pass.Header.Id, run.RunId, MaxResults, cancellationToken))
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
