using System.Globalization;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>Ends a workflow that has used up what it may: nothing new starts, what has ended stays.</summary>
internal static class LimitRules
{
    public const string DeadlineExceeded = "DeadlineExceeded";
    public const string MaxEventsReason = "MaxEvents";

    /// <summary>Events that must find room for anything new to start: an entry, its work, and the ends of both.</summary>
    public const int EventsToGoOn = 4;

    public static void EndAtDeadline(Draft draft)
    {
        if (draft.State.WorkflowEnded || draft.State.StartedAt is not { } started || draft.State.Phase == ExecutionPhase.Suspended) return;
        var seconds = draft.Limit("maxDuration", draft.Plan.Limits.MaxDuration.TotalSeconds);
        var deadline = started + draft.State.SuspendedFor + TimeSpan.FromSeconds(seconds);
        if (draft.Now < deadline) draft.Wake(deadline);
        else LifeRules.FailNow(draft, string.Create(CultureInfo.InvariantCulture, $"maxDuration of {seconds:0.###} s is over."), DeadlineExceeded);
    }

    /// <summary>The closing events are counted before they are written, so that the log ends within its limit.</summary>
    public static void EndAtMaxEvents(Draft draft)
    {
        if (draft.EventsLeft >= EventsToGoOn || draft.State.Phase == ExecutionPhase.Pending) return;
        var message = string.Create(CultureInfo.InvariantCulture, $"The log has reached maxEvents = {draft.Limit("maxEvents", draft.Plan.Limits.MaxEvents)}.");
        if (draft.State.WorkflowEnded) LifeRules.StopAll(draft, message, MaxEventsReason, EventStatus.Failed);
        else LifeRules.FailNow(draft, message, MaxEventsReason);
    }
}
