using System.Globalization;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>Ends a workflow that has used up what it may: nothing new starts, what has ended stays.</summary>
internal static class LimitRules
{
    public const string DeadlineExceeded = "DeadlineExceeded";
    public const string MaxEventsReason = "MaxEvents";

    /// <summary>Events that must be left for an iteration to start: its start and its end, told in two.</summary>
    private const int EventsOfWork = 3;

    /// <summary>Events that must be left for a step to be entered: its start and end, those of its loop, of its work, and what it sets.</summary>
    private const int EventsOfStep = 11;

    /// <summary>The part of maxEvents from which on the execution is degraded.</summary>
    private const double WarnedShare = 0.8;

    /// <summary>Events below which the workflow ends at once.</summary>
    private const int LeastEvents = 4;

    public static void EndAtDeadline(Draft draft)
    {
        if (DeadlineOf(draft) is not { } deadline) return;
        if (draft.Now < deadline)
        {
            draft.Wake(deadline);
            return;
        }

        var message = string.Create(CultureInfo.InvariantCulture, $"maxDuration of {MaxSeconds(draft):0.###} s is over.");
        if (draft.Runs.Running.Any(name => DrainRules.Waits(draft, draft.State.Steps[name]))) DeliveryRules.CloseAll(draft, message, DeadlineExceeded, EventStatus.Failed);
        else LifeRules.FailNow(draft, message, DeadlineExceeded);
    }

    /// <summary>The deadline, once it has passed and until the workflow has ended at it.</summary>
    public static DateTimeOffset? PassedDeadline(Draft draft) => DeadlineOf(draft) is { } deadline && draft.Now >= deadline ? deadline : null;

    /// <summary>Null where no time runs.</summary>
    private static DateTimeOffset? DeadlineOf(Draft draft) =>
        draft.State.WorkflowEnded || draft.State.StartedAt is not { } started || draft.State.Phase == ExecutionPhase.Suspended
            ? null
            : started + draft.State.SuspendedFor + TimeSpan.FromSeconds(MaxSeconds(draft));

    private static double MaxSeconds(Draft draft) => draft.Limit("maxDuration", draft.Plan.Limits.MaxDuration.TotalSeconds);

    /// <summary>
    /// When the log is so full that the next entry or iteration has no room. The ends of all that is open are counted before they are written, so that
    /// what was started may end, and the log with it, within the limit.
    /// </summary>
    public static void EndAtMaxEvents(Draft draft)
    {
        if (!IsFull(draft)) return;
        var message = string.Create(CultureInfo.InvariantCulture, $"The log has reached maxEvents = {draft.Limit("maxEvents", draft.Plan.Limits.MaxEvents)}.");
        if (draft.State.WorkflowEnded) LifeRules.StopAll(draft, message, MaxEventsReason, EventStatus.Failed);
        else LifeRules.FailNow(draft, message, MaxEventsReason);
    }

    /// <summary>Once, while there is time to do something about it. A log only grows, so it stays true.</summary>
    public static void WarnOfMaxEvents(Draft draft)
    {
        var limit = draft.Limit("maxEvents", draft.Plan.Limits.MaxEvents);
        var written = draft.State.LastEventId + draft.EventCount;
        if (draft.State.WorkflowEnded || draft.State.DegradedReason == MaxEventsReason || written < WarnedShare * limit) return;
        draft.Append(EventType.ExecutionDegraded, context: JsonText.Object(writer =>
        {
            writer.WriteString("reason", MaxEventsReason);
            writer.WriteString("message", string.Create(CultureInfo.InvariantCulture, $"The log has {written} events of maxEvents = {limit}, at which the execution fails."));
            writer.WriteNumber("events", written);
            writer.WriteNumber("max_events", limit);
        }));
    }

    /// <summary>Iterations for which there is room in the log.</summary>
    public static double RoomForIterations(Draft draft) => (draft.EventsLeft - LeastEvents) / EventsOfWork;

    public static bool HasRoomForStep(Draft draft) => draft.EventsLeft >= EventsOfStep;

    private static bool IsFull(Draft draft)
    {
        if (draft.EventsLeft < LeastEvents || draft.LacksRoom) return true;
        var waitsForRoom = draft.Runs.Running.Count > 0 && draft.State.Open.Count == 0 && draft.State.Loops.Values.All(loop => loop.Leased == 0) && draft.State.Phase != ExecutionPhase.Suspended;
        return waitsForRoom && RoomForIterations(draft) < 1;
    }
}
