using System.Text.Json;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>Takes over what the user wants, as events: the decider reads folded state only.</summary>
internal static class IntentRules
{
    public const string Cancelled = "Cancelled";
    public const string Deleted = "Deleted";

    /// <summary>
    /// Everything stops in one batch with the event that says so; after it only <c>onExit</c> may start. A workflow that has its outcome ends by itself,
    /// and soon; only with the resource goes even its onExit.
    /// </summary>
    public static void Cancel(Draft draft)
    {
        var intent = draft.Observed.Intent;
        if (!intent.Cancel && !intent.Deleted) return;
        if (draft.State.WorkflowEnded && !intent.Deleted) return;
        var message = intent.Deleted ? "The Execution was deleted." : intent.CancelMessage ?? "The Execution was cancelled.";
        var reason = intent.Deleted ? Deleted : Cancelled;
        if (!draft.State.WorkflowEnded)
            draft.Append(EventType.ExecutionCancelling, context: JsonText.Object(writer => writer.WriteString("reason", reason)), error: message);
        LifeRules.StopAll(draft, message, reason, EventStatus.Cancelled);
    }

    public static void SuspendOrResume(Draft draft)
    {
        var suspend = draft.Observed.Intent.Suspend;
        if (suspend && draft.State is { Phase: ExecutionPhase.Running, WorkflowEnded: false }) draft.Append(EventType.ExecutionSuspended);
        else if (!suspend && draft.State.Phase == ExecutionPhase.Suspended) draft.Append(EventType.ExecutionResumed);
    }

    public static void Update(Draft draft)
    {
        foreach (var (field, wanted) in draft.Observed.Intent.Overrides)
        {
            if (!Applies(draft, field)) continue;
            var known = draft.State.Overrides.TryGetValue(field, out var current);
            if (known && JsonElement.DeepEquals(current, wanted)) continue;
            draft.Append(EventType.ExecutionUpdated, context: JsonText.Object(writer =>
            {
                writer.WriteString("field", field);
                if (known)
                {
                    writer.WritePropertyName("old");
                    current.WriteTo(writer);
                }

                writer.WritePropertyName("new");
                wanted.WriteTo(writer);
                writer.WriteNumber("generation", draft.Observed.Intent.Generation);
            }));
        }
    }

    /// <summary>Values for loops that the playbook does not have change nothing, and so are no event.</summary>
    private static bool Applies(Draft draft, string field)
    {
        const string Loops = "overrides.loops.";
        if (!field.StartsWith(Loops, StringComparison.Ordinal)) return true;
        var step = field[Loops.Length..field.LastIndexOf('.')];
        return draft.Plan.ByName.TryGetValue(step, out var plan) && plan.Loop is not null;
    }
}
