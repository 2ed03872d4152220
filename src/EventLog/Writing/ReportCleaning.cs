using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.EventLog.Writing;

/// <summary>
/// Brings a worker's report into the bounds of the contract before it is judged. A worker is not trusted: one odd report must neither
/// forge an event of another kind nor break the transaction of the reports beside it.
/// </summary>
internal static class ReportCleaning
{
    public static WorkReport Clean(WorkReport report) => report with
    {
        DurationMs = double.IsFinite(report.DurationMs) ? report.DurationMs : 0,
        Error = report.Error is { } error ? Clean(error) : null,
        Response = report.Response is { ValueKind: JsonValueKind.Object } response && Ingest.ByteCount(response) <= 2 * WorkLimits.MaxResponseBytes ? response : null,
        Numbers = report.Outcome != WorkOutcome.Completed || report.Numbers?.Any(number => number is { } one && !(Math.Abs(one) <= WorkLimits.MaxNumber)) == true ? null : report.Numbers,
        WarningTexts = report.WarningTexts is { Count: > 0 } warnings ? [.. warnings.Take(WorkLimits.MaxWarningTexts).Select(Clean)] : null,
        NextAt = report.NextAt is { } at ? Storable.Instant(at) : null,
        Notes = report.Notes.Count == 0
            ? report.Notes
            : [.. report.Notes.Where(note => IsNote(note.Type)).Take(WorkLimits.MaxNotes).Select(Clean)],
    };

    private static bool IsNote(EventType type) => type is EventType.CallRetry or EventType.SinkDone or EventType.SinkError;

    private static WorkNote Clean(WorkNote note) => note with
    {
        Error = note.Error is { } error ? Clean(error) : null,
        DelayMs = note.DelayMs is { } delay && double.IsFinite(delay) ? delay : null,
    };

    private static string Clean(string warning) =>
        Storable.Sentence(warning.Length <= WorkLimits.MaxWarningLength ? warning : warning[..WorkLimits.MaxWarningLength])!;

    private static WorkError Clean(WorkError error) => error with
    {
        Kind = Storable.Sentence(error.Kind)!,
        Message = Storable.Sentence(error.Message)!,
        Code = Storable.Sentence(error.Code),
    };
}
