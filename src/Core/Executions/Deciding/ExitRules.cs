namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>From the outcome to the terminal event: between the two runs the step of <c>onExit</c>, whatever the outcome, unless the resource was deleted.</summary>
internal static class ExitRules
{
    public const string OnExitFailed = "OnExitFailed";

    /// <summary>Events that onExit may add to a log that has reached <c>maxEvents</c>.</summary>
    public const int MaxEvents = 1000;

    /// <summary>From the outcome on; not part of <c>maxDuration</c>.</summary>
    public static readonly TimeSpan Budget = TimeSpan.FromMinutes(5);

    public static void Enter(Draft draft)
    {
        if (!draft.State.WorkflowEnded || draft.Observed.Intent.Deleted || draft.Plan.OnExit is not { } name || draft.State.Steps.ContainsKey(name)) return;
        if (draft.Runs.Running.Count > 0) return;
        draft.Append(new ExecutionEvent { Type = EventType.StepStarted, Status = EventStatus.Running, CreatedAt = draft.Now, Step = name, Epoch = 0 });
    }

    public static void EndAtBudget(Draft draft)
    {
        if (RunOf(draft) is not { IsOver: false } || draft.State.OutcomeAt is not { } since) return;
        if (draft.Now < since + Budget) draft.Wake(since + Budget);
        else LifeRules.StopAll(draft, $"onExit may take {Budget.TotalMinutes:0} min, which are over.", LimitRules.DeadlineExceeded, EventStatus.Failed);
    }

    public static void End(Draft draft)
    {
        if (draft.State.Outcome is not { } outcome || draft.Runs.Running.Count > 0) return;
        var run = RunOf(draft);
        if (run is null && draft.Plan.OnExit is not null && !draft.Observed.Intent.Deleted) return;
        var failure = run is { Status: StepStatus.Failed, Handled: false } ? $"onExit step '{run.Step}' failed: {run.Error}" : null;
        switch (outcome)
        {
            case ExecutionPhase.Completed when failure is null:
                draft.Append(EventType.PlaybookCompleted);
                break;
            case ExecutionPhase.Completed:
                Append(draft, EventType.PlaybookFailed, failure, OnExitFailed);
                break;
            case ExecutionPhase.Cancelled:
                Append(draft, EventType.ExecutionCancelled, Both(draft.State.Message, failure), draft.State.Reason);
                break;
            default:
                Append(draft, EventType.PlaybookFailed, Both(draft.State.Message, failure), draft.State.Reason);
                break;
        }
    }

    private static StepRun? RunOf(Draft draft) => draft.Plan.OnExit is { } name ? draft.State.Steps.GetValueOrDefault(name) : null;

    private static string? Both(string? message, string? failure) => failure is null ? message : $"{message} And {failure}";

    private static void Append(Draft draft, EventType type, string? message, string? reason) =>
        draft.Append(type, context: JsonText.Object(writer => writer.WriteString("reason", reason)), error: message);
}
