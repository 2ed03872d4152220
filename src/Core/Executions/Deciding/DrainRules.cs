using PlaybookOperator.Core.Playbooks;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>
/// What a pool has finished when the execution is cancelled or its time is over is reported: its workers are stopped, and the loop ends when they have
/// said goodbye, or after <see cref="Grace"/> without some of them. Reports come in batches, so without it a moment's work would be lost each time.
/// </summary>
/// <remarks>
/// <code>
/// deadline:  other work closed, pools stopped → … goodbyes … → loops and steps end, workflow.failed
/// cancel:    execution.cancelling, other steps end, pools stopped → … goodbyes … → loops and steps end → onExit
/// </code>
/// A resource that is deleted takes its pods with it: nothing is waited for.
/// </remarks>
internal static class DrainRules
{
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>An execution of this playbook that is stopped, whatever stops it, has ended after so long at the latest.</summary>
    public static TimeSpan TimeOf(Plan plan) => plan.OnExit is null ? Grace : Grace + ExitRules.Budget;

    /// <summary>Since when nothing of this run may start any more, because the execution ends; null: it may.</summary>
    public static DateTimeOffset? Since(Draft draft, StepRun run)
    {
        if (run.Step == draft.Plan.OnExit || draft.Observed.Intent.Deleted) return null;
        return draft.State.WorkflowEnded ? draft.State.OutcomeAt : LimitRules.PassedDeadline(draft);
    }

    /// <summary>Whether a running step is to be left until its workers have said goodbye.</summary>
    public static bool Waits(Draft draft, StepRun run)
    {
        if (run.CallEnded || !draft.State.Loops.TryGetValue(run.RunId, out var loop) || loop is not { Pool: not null, Leased: > 0 }) return false;
        if (Since(draft, run) is not { } since || draft.Now >= since + Grace) return false;
        draft.Wake(since + Grace);
        return true;
    }
}
