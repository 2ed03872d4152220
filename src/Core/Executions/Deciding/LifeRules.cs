namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>Beginning and end of an execution.</summary>
internal static class LifeRules
{
    public const string DeadlineExceeded = "DeadlineExceeded";
    public const string StepFailed = "StepFailed";

    public static void Start(Draft draft)
    {
        if (draft.State.Phase != ExecutionPhase.Pending) return;
        draft.Append(EventType.PlaybookStarted, context: JsonText.Object(writer =>
        {
            writer.WriteString("playbook", draft.Facts.Playbook);
            writer.WriteString("namespace", draft.Facts.Namespace);
            writer.WriteString("name", draft.Facts.Name);
        }));
        draft.Append(EventType.WorkflowInitialized, context: JsonText.Object(writer =>
        {
            writer.WriteNumber("steps", draft.Plan.Steps.Length);
            writer.WriteString("start", draft.Plan.StartStep);
        }));
    }

    /// <summary>When <c>maxDuration</c> is over nothing new starts, and what has ended stays.</summary>
    public static void EndAtDeadline(Draft draft)
    {
        if (draft.State.StartedAt is not { } started || draft.State.Phase == ExecutionPhase.Suspended) return;
        var limit = draft.Plan.Limits.MaxDuration;
        if (draft.Override("limits.maxDuration") is { } seconds && seconds < limit.TotalSeconds) limit = TimeSpan.FromSeconds(seconds);
        var deadline = started + draft.State.SuspendedFor + limit;
        if (draft.Now < deadline)
        {
            draft.Wake(deadline);
            return;
        }

        FailNow(draft, $"maxDuration of {limit.TotalSeconds:0.###} s is over.", DeadlineExceeded);
    }

    /// <summary>Fails the workflow without waiting for what runs: its work is closed, what has ended stays.</summary>
    public static void FailNow(Draft draft, string message, string reason)
    {
        DeliveryRules.CloseAll(draft, message, reason, EventStatus.Failed);
        foreach (var name in draft.Runs.Running.ToList()) LoopRules.Abandon(draft, draft.State.Steps[name], message);
        Fail(draft, message, reason);
    }

    /// <summary>The workflow is over when no work is open and nothing can be entered.</summary>
    public static void Finish(Draft draft)
    {
        var state = draft.State;
        if (state.Phase != ExecutionPhase.Running || state.Steps.Count == 0 || draft.Runs.Running.Count > 0) return;
        var failed = state.Steps.Values.Where(run => run is { Status: StepStatus.Failed, Handled: false }).MinBy(run => run.EndedAt);
        if (failed is not null)
        {
            Fail(draft, $"Step '{failed.Step}' failed: {failed.Error}", StepFailed);
            return;
        }

        if (draft.Runs.HasChanged) return;
        draft.Append(EventType.WorkflowCompleted);
        draft.Append(EventType.PlaybookCompleted);
    }

    private static void Fail(Draft draft, string message, string reason)
    {
        var context = JsonText.Object(writer => writer.WriteString("reason", reason));
        draft.Append(EventType.WorkflowFailed, context: context, error: message);
        draft.Append(EventType.PlaybookFailed, context: context, error: message);
    }
}
