using System.Net;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Running;

namespace PlaybookOperator.Worker;

/// <summary>The life of the process: claim, run, report.</summary>
internal sealed class WorkerRun(PersistentCalls operatorCalls, AssignmentRunner runner, WorkerLog log, TimeProvider time)
{
    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var claim = await operatorCalls.ClaimAsync(cancellationToken);
        if (claim.Value is not { } assignment) return NothingClaimed(claim.Refusal);
        if (assignment.Version != Assignment.CurrentVersion)
        {
            log.GaveUp("claim", CallRefusal.Unreadable($"its version is {assignment.Version}, this worker knows {Assignment.CurrentVersion}"));
            return ExitCodes.Failed;
        }

        log.Claimed(assignment);
        if (assignment.Pool is not null) return await new PoolRun(operatorCalls, runner, log, time).RunAsync(assignment, cancellationToken);
        var report = await runner.RunAsync(assignment, (progress, token) => SaveAsync(assignment, progress, token), cancellationToken);
        log.Finished(assignment, report);
        return await ReportAsync(report, cancellationToken);
    }

    private async ValueTask<bool> SaveAsync(Assignment assignment, PageProgress progress, CancellationToken cancellationToken)
    {
        var answer = await operatorCalls.SaveAsync(new ProgressReport(assignment.RunId, assignment.Index, assignment.Fence, progress), cancellationToken);
        return answer.Value?.Stands == true;
    }

    private int NothingClaimed(CallRefusal? refusal)
    {
        if (refusal is null or { Status: HttpStatusCode.Conflict })
        {
            log.NothingToDo();
            return ExitCodes.Done;
        }

        log.GaveUp("claim", refusal);
        return ExitCodes.Failed;
    }

    private async Task<int> ReportAsync(WorkReport report, CancellationToken cancellationToken)
    {
        var answer = await operatorCalls.ReportAsync(report, cancellationToken);
        if (answer.Refusal?.Status == HttpStatusCode.RequestEntityTooLarge)
        {
            log.TooLarge();
            answer = await operatorCalls.ReportAsync(WithoutResult(report), cancellationToken);
        }

        if (answer.Refusal is { } refusal)
        {
            log.GaveUp("reports", refusal);
            return ExitCodes.Failed;
        }

        log.Reported(answer.Value is { Outcomes: [var outcome, ..] } ? outcome : "none");
        return ExitCodes.Done;
    }

    internal static WorkReport WithoutResult(WorkReport report) => report with
    {
        Outcome = WorkOutcome.Failed,
        Result = null,
        NextAt = null,
        Notes = [],
        NotesDropped = report.NotesDropped + report.Notes.Count,
        Error = new WorkError(WorkErrorKind.ResultTooLarge, "The operator does not accept a report of this size."),
    };
}
