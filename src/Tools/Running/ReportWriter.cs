using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Tools.Running;

/// <summary>Turns an outcome into a report: the one place through which anything leaves, so the one place that masks.</summary>
internal static class ReportWriter
{
    public static WorkReport Write(Delivery delivery, TaskPlan plan, TaskOutcome outcome, DateTimeOffset now, TimeSpan elapsed)
    {
        var mask = delivery.Secrets.Mask;
        var assignment = delivery.Assignment;
        var report = new WorkReport
        {
            RunId = assignment.RunId,
            Index = assignment.Index,
            Fence = assignment.Fence,
            Outcome = WorkOutcome.Failed,
            Attempt = delivery.Attempt,
            DurationMs = Math.Round(elapsed.TotalMilliseconds, 3),
            Notes = [.. delivery.Notes.Notes.Select(note => note.Error is { } error ? note with { Error = Clean(error, mask) } : note)],
            NotesDropped = delivery.Notes.Dropped,
            Warnings = delivery.Scope?.Warnings ?? 0,
            WarningTexts = delivery.Scope?.WarningTexts?.Select(text => Cut(mask.Apply(text), WorkLimits.MaxWarningLength)).ToList(),
            Case = plan.IsIteration ? null : outcome.Case,
            Response = outcome is TaskOutcome.Waiting ? null : ResponseText.Write(delivery, plan, outcome),
        };
        switch (outcome)
        {
            case TaskOutcome.Completed completed:
                return Complete(report with { Until = completed.Until, Numbers = completed.Numbers }, plan, completed.Result, delivery);
            case TaskOutcome.Waiting waiting:
                return report with
                {
                    Outcome = WorkOutcome.Waiting,
                    Error = waiting.Error is { } cause ? Clean(cause, mask) : null,
                    NextAt = now + waiting.Delay,
                };
            case TaskOutcome.Failed failed:
                return report with { Error = Clean(failed.Error, mask) };
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static WorkReport Complete(WorkReport report, TaskPlan plan, Value value, Delivery delivery)
    {
        // These two give a value as it is; the others put levels of their own around what they got.
        var maxDepth = plan.Tool.Kind is "transform" or "noop" ? DataLimits.MaxDepth : DataLimits.MaxResultDepth;
        var (result, error) = ResultText.Write(plan.KeepsResult ? value : Value.Null, delivery.Secrets.Mask, delivery.Assignment.MaxResultBytes, maxDepth);
        if (error is not null) return report with { Error = error, Until = null, Numbers = null, Case = null };
        return report with
        {
            Outcome = WorkOutcome.Completed,
            Result = result,
            ByReference = delivery.Assignment.MaxInlineResultBytes is { } limit && Ingest.ByteCount(result) > limit,
        };
    }

    /// <summary>First masked, then cut: the other way round half a secret could stay.</summary>
    private static WorkError Clean(WorkError error, SecretMask mask) => Cut(error with { Message = mask.Apply(error.Message) });

    public static WorkError Cut(WorkError error) =>
        error.Message.Length <= WorkLimits.MaxErrorLength ? error : error with { Message = Cut(error.Message, WorkLimits.MaxErrorLength) };

    private static string Cut(string text, int length) => text.Length <= length ? text : string.Concat(text.AsSpan(0, length - 1), "…");
}
