using System.Text.Json;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Core.Executions;

/// <summary>What became of a worker's report.</summary>
public enum IngestOutcome
{
    /// <summary>Its events are in the log.</summary>
    Accepted,

    /// <summary>The work has ended already; the first terminal report won.</summary>
    Duplicate,

    /// <summary>The work has been handed to another delivery since.</summary>
    Stale,

    /// <summary>The execution has ended.</summary>
    Closed,

    /// <summary>No such work was ever started.</summary>
    Unknown,
}

/// <summary>
/// The rules of taking in a report: which one counts, and which events it gives. The Postgres log does the same in sets; one test suite holds both to it.
/// </summary>
public static class Ingest
{
    /// <summary>First terminal report with the current fence wins.</summary>
    public static IngestOutcome Judge(ExecutionState state, WorkReport report)
    {
        if (state.IsTerminal) return IngestOutcome.Closed;
        if (state.Open.TryGetValue(report.Key, out var open))
            return open.Fence == report.Fence && open.NextAt is null ? IngestOutcome.Accepted : IngestOutcome.Stale;
        return WasStarted(state, report.Key) ? IngestOutcome.Duplicate : IngestOutcome.Unknown;
    }

    /// <summary>
    /// The events of an accepted report, in order: what happened on the way, then the end or the wait. <paramref name="inlineLimitBytes"/>: a result
    /// whose JSON is larger, or that the report wants by reference, is left out of the event and named by <c>context.result_bytes</c>; the log stores it
    /// by reference. <paramref name="chunkSize"/>: elements of the chunk that was reported; null for everything else.
    /// </summary>
    public static IReadOnlyList<ExecutionEvent> ToEvents(
        WorkReport report, string step, int epoch, DateTimeOffset now, long inlineLimitBytes, int? chunkSize = null)
    {
        var events = ToEvents(report, step, epoch, now, inlineLimitBytes);
        return chunkSize is { } size ? [.. events.Select(happened => happened with { Context = WithChunk(happened.Context, report.Index, size) })] : events;
    }

    private static List<ExecutionEvent> ToEvents(WorkReport report, string step, int epoch, DateTimeOffset now, long inlineLimitBytes)
    {
        var events = new List<ExecutionEvent>(report.Notes.Count + 2);
        foreach (var note in report.Notes)
        {
            // Per-iteration sink rows would double the log of a loop; the iteration's own end tells enough.
            if (note.Type == EventType.SinkDone && report.Index != WorkKey.Call) continue;
            events.Add(Note(report, note, step, epoch, now));
        }

        if (report.Outcome == WorkOutcome.Failed && report.Index != WorkKey.Call) events.Add(Describe(report, EventType.CallError, step, epoch, now));
        events.Add(End(report, step, epoch, now, inlineLimitBytes));
        return events;
    }

    /// <summary>The chunk [lo, hi) beside what else the context says.</summary>
    public static JsonElement WithChunk(JsonElement? context, long lo, int size) => JsonText.Object(writer =>
    {
        writer.WriteNumber("lo", lo);
        writer.WriteNumber("hi", lo + size);
        if (context is not { ValueKind: JsonValueKind.Object } before) return;
        foreach (var member in before.EnumerateObject()) member.WriteTo(writer);
    });

    private static bool WasStarted(ExecutionState state, WorkKey key) => key.IsCall
        ? state.Steps.Values.Any(run => run.RunId == key.RunId)
        : state.Loops.TryGetValue(key.RunId, out var loop) && key.Index >= 0 && key.Index < loop.Cursor;

    private static ExecutionEvent Note(WorkReport report, WorkNote note, string step, int epoch, DateTimeOffset now) =>
        Bare(report, note.Type, step, epoch, now) with
        {
            Attempt = note.Attempt,
            Error = note.Error?.Message,
            Context = JsonText.Object(writer =>
            {
                if (note.Page is { } page) writer.WriteNumber("page", page);
                if (note.DelayMs is { } delay) writer.WriteNumber("delay_ms", delay);
                if (note.Error is { } error) WriteError(writer, error);
            }),
        };

    private static ExecutionEvent End(WorkReport report, string step, int epoch, DateTimeOffset now, long inlineLimitBytes)
    {
        if (report.Outcome == WorkOutcome.Waiting) return Wait(report, step, epoch, now);
        var type = (report.Outcome, report.Index) switch
        {
            (WorkOutcome.Completed, WorkKey.Call) => EventType.CallDone,
            (WorkOutcome.Completed, _) => EventType.IterationCompleted,
            (_, WorkKey.Call) => EventType.CallError,
            _ => EventType.IterationFailed,
        };
        return type is EventType.CallDone or EventType.IterationCompleted
            ? Complete(report, type, step, epoch, now, inlineLimitBytes)
            : Describe(report, type, step, epoch, now);
    }

    private static ExecutionEvent Complete(
        WorkReport report, EventType type, string step, int epoch, DateTimeOffset now, long inlineLimitBytes)
    {
        var bytes = report.Result is { } result ? ByteCount(result) : 0;
        var isLarge = bytes > inlineLimitBytes || (report.ByReference && bytes > 0);
        return Bare(report, type, step, epoch, now) with
        {
            DurationMs = report.DurationMs,
            Result = isLarge ? null : report.Result,
            Context = isLarge || report.Until is not null || report.Case is not null || report.Response is not null || report.Child is not null || report.WarningTexts is not null
                ? JsonText.Object(writer =>
                {
                    if (isLarge) writer.WriteNumber("result_bytes", bytes);
                    if (report.Until is { } until) writer.WriteBoolean("until", until);
                    WriteWarnings(writer, report);
                    WriteForCase(writer, report);
                    WriteChild(writer, report);
                })
                : null,
        };
    }

    private static ExecutionEvent Wait(WorkReport report, string step, int epoch, DateTimeOffset now) =>
        Bare(report, EventType.CallRetry, step, epoch, now) with
        {
            Error = report.Error?.Message,
            Context = JsonText.Object(writer =>
            {
                writer.WriteString("next_at", JsonText.Instant(report.NextAt ?? now));
                WriteChild(writer, report);
                if (report.Error is { } error) WriteError(writer, error);
            }),
        };

    private static ExecutionEvent Describe(WorkReport report, EventType type, string step, int epoch, DateTimeOffset now) =>
        Bare(report, type, step, epoch, now) with
        {
            DurationMs = report.DurationMs,
            Error = report.Error?.Message ?? "The call failed.",
            Context = report.Error is null && report.Case is null && report.Response is null && report.Child is null && report.WarningTexts is null
                ? null
                : JsonText.Object(writer =>
                {
                    if (report.Error is { } error) WriteError(writer, error);
                    WriteWarnings(writer, report);
                    WriteForCase(writer, report);
                    WriteChild(writer, report);
                }),
        };

    /// <summary>What the step needs in order to leave: the entry of <c>case</c> that was true, and what its templates read of the response.</summary>
    private static void WriteForCase(Utf8JsonWriter writer, WorkReport report)
    {
        if (report.Case is { } matched) writer.WriteNumber("case", matched);
        if (report.Response is not { } response) return;
        writer.WritePropertyName("response");
        response.WriteTo(writer);
    }

    private static void WriteWarnings(Utf8JsonWriter writer, WorkReport report)
    {
        if (report.WarningTexts is not { } warnings) return;
        writer.WriteStartArray("warnings");
        foreach (var warning in warnings) writer.WriteStringValue(warning);
        writer.WriteEndArray();
    }

    private static ExecutionEvent Bare(WorkReport report, EventType type, string step, int epoch, DateTimeOffset now) => new()
    {
        Type = type,
        Status = type.DefaultStatus(),
        Step = step,
        Epoch = epoch,
        RunId = report.RunId,
        IterationIndex = report.Index == WorkKey.Call ? null : report.Index,
        Attempt = report.Attempt,
        Fence = report.Fence,
        CreatedAt = now,
    };

    /// <summary>Bytes of the value's compact UTF-8 JSON.</summary>
    public static long ByteCount(JsonElement value) => System.Text.Encoding.UTF8.GetByteCount(value.GetRawText());

    private static void WriteChild(Utf8JsonWriter writer, WorkReport report)
    {
        if (report.Child is { } child) writer.WriteString("child_execution_id", child.ToString());
    }

    private static void WriteError(Utf8JsonWriter writer, WorkError error)
    {
        writer.WriteStartObject("error");
        writer.WriteString("kind", error.Kind);
        writer.WriteString("message", error.Message);
        if (error.Status is { } status) writer.WriteNumber("status", status);
        if (error.Code is { } code) writer.WriteString("code", code);
        writer.WriteBoolean("retryable", error.Retryable);
        writer.WriteEndObject();
    }
}
