using System.Text.Json;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>Takes over what the user wants, as events: the decider reads folded state only.</summary>
internal static class IntentRules
{
    public const string Cancelled = "Cancelled";
    public const string Deleted = "Deleted";

    public static void Cancel(Draft draft)
    {
        var intent = draft.Observed.Intent;
        if (!intent.Cancel && !intent.Deleted) return;
        var message = intent.Deleted ? "The Execution was deleted." : "The Execution was cancelled.";
        DeliveryRules.CloseAll(draft, message, intent.Deleted ? Deleted : Cancelled, EventStatus.Cancelled);
        draft.Append(
            EventType.ExecutionCancelled,
            context: JsonText.Object(writer => writer.WriteString("reason", intent.Deleted ? Deleted : Cancelled)),
            error: message);
    }

    public static void SuspendOrResume(Draft draft)
    {
        var suspend = draft.Observed.Intent.Suspend;
        if (suspend && draft.State.Phase == ExecutionPhase.Running) draft.Append(EventType.ExecutionSuspended);
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
