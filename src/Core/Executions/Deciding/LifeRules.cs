namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>Beginning and end of an execution.</summary>
internal static class LifeRules
{
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

    /// <summary>The workflow is over when no work is open and nothing can be entered. The execution lasts until <see cref="ExitRules"/> has ended it.</summary>
    public static void EndWorkflow(Draft draft)
    {
        var state = draft.State;
        if (state.WorkflowEnded || state.Phase != ExecutionPhase.Running || state.Steps.Count == 0 || draft.Runs.Running.Count > 0) return;
        var failed = state.Steps.Values.Where(run => run is { Status: StepStatus.Failed, Handled: false }).MinBy(run => run.EndedAt);
        if (failed is not null) Fail(draft, $"Step '{failed.Step}' failed: {failed.Error}", StepFailed);
        else if (!draft.Runs.HasChanged && !draft.LacksRoom) draft.Append(EventType.WorkflowCompleted);
    }

    /// <summary>Fails the workflow without waiting for what runs; what has ended stays.</summary>
    public static void FailNow(Draft draft, string message, string reason)
    {
        StopAll(draft, message, reason, EventStatus.Failed);
        Fail(draft, message, reason);
    }

    /// <summary>Closes all open work and ends all running steps as they are, but for pools that are to say goodbye: a loop keeps what it has.</summary>
    /// <param name="status">FAILED or CANCELLED.</param>
    public static void StopAll(Draft draft, string message, string reason, EventStatus status)
    {
        DeliveryRules.CloseAll(draft, message, reason, status);
        foreach (var run in draft.Runs.Running.Select(name => draft.State.Steps[name]).ToList())
            if (!DrainRules.Waits(draft, run)) LoopRules.Abandon(draft, run, message, status);
    }

    private static void Fail(Draft draft, string message, string reason) =>
        draft.Append(EventType.WorkflowFailed, context: JsonText.Object(writer => writer.WriteString("reason", reason)), error: message);
}
