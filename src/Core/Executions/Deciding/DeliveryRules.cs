using System.Text.Json;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>
/// Deliveries: each piece of open work has at most one worker at a time. A delivery that vanished is replaced under a new fence, so that whatever
/// the old one may still say no longer counts.
/// </summary>
/// <remarks>
/// <code>
///                 Job Active   Job Failed   Job Succeeded   no Job, claimed   no Job, unclaimed
/// open, running   fine         lost         NoResult        lost              create it
/// open, waiting   until next_at: nothing; then a new delivery
/// </code>
/// Sound because Jobs were observed before the log was read, and a result is in the log before its pod exits.
/// </remarks>
internal static class DeliveryRules
{
    /// <summary>Deliveries of one piece of work, at most, when they keep vanishing.</summary>
    public const int MaxDeliveries = 3;

    /// <summary>Finished Jobs that are kept for a look at their logs while the execution runs.</summary>
    public const int FinishedJobsHistoryLimit = 100;

    public static void Redeliver(Draft draft)
    {
        foreach (var work in draft.State.Open.Values.ToList())
        {
            if (draft.RunOf(work.Key) is not { } run) continue;
            if (work.NextAt is { } due) RedeliverWhenDue(draft, run, work, due);
            else RedeliverWhenLost(draft, run, work);
        }
    }

    /// <summary>Deliveries that have no worker and need one.</summary>
    public static IReadOnlyList<Delivery> WithoutWorker(Draft draft) =>
        draft.State.IsTerminal
            ? []
            : [.. draft.State.Open.Values
                .Where(work => work.NextAt is null && work.Key.RunId > 0)
                .Select(work => new Delivery(work.Key, work.Fence))
                .Where(delivery => !draft.Observed.Jobs.ContainsKey(delivery) && !draft.Observed.Claimed.Contains(delivery))
                .Concat(PooledLoopRules.WithoutJob(draft))];

    /// <summary>Jobs that nobody waits for: all once the execution has ended, replaced deliveries, and the oldest finished ones beyond the history.</summary>
    public static IReadOnlyList<Delivery> Useless(Draft draft)
    {
        var jobs = draft.Observed.Jobs;
        if (draft.State.IsTerminal) return [.. jobs.Keys];
        var useless = new List<Delivery>();
        var finished = new List<Delivery>();
        var isEnding = draft.State.WorkflowEnded || LimitRules.PassedDeadline(draft) is not null;
        foreach (var (delivery, phase) in jobs)
        {
            if (isEnding && IsStopped(draft, delivery))
            {
                if (phase is JobPhase.Active or JobPhase.Short) useless.Add(delivery);
                continue;
            }

            var current = draft.State.Open.TryGetValue(delivery.Key, out var work) && work.Fence == delivery.Fence;
            if (current) continue;
            // A Job whose work has just ended is about to exit by itself.
            if (phase != JobPhase.Active) finished.Add(delivery);
            else if (work is not null) useless.Add(delivery);
        }

        useless.AddRange(finished.OrderByDescending(delivery => delivery.Key).ThenByDescending(delivery => delivery.Fence).Skip(FinishedJobsHistoryLimit));
        return useless;
    }

    /// <summary>While pools that are stopped are waited for, so is everything else stopped that was cut off.</summary>
    private static bool IsStopped(Draft draft, Delivery delivery) =>
        draft.State.FindRun(delivery.Key.RunId) is { } run && DrainRules.Since(draft, run) is not null
        && (delivery.Key.IsPool ? !run.IsOver : draft.State.Outcome is null or ExecutionPhase.Cancelled);

    /// <summary>Ends all open work without a result, because the execution ends.</summary>
    public static void CloseAll(Draft draft, string message, string kind, EventStatus status)
    {
        foreach (var work in draft.State.Open.Values.ToList())
            if (draft.RunOf(work.Key) is { } run) Close(draft, run, work, message, kind, status);
    }

    private static void RedeliverWhenDue(Draft draft, StepRun run, OpenWork work, DateTimeOffset due)
    {
        if (draft.State.Phase == ExecutionPhase.Suspended) return;
        if (draft.Now < due)
        {
            draft.Wake(due);
            return;
        }

        if (LoopRules.HasRoom(draft, run)) Deliver(draft, run, work, OpenWork.RetryReason);
    }

    private static void RedeliverWhenLost(Draft draft, StepRun run, OpenWork work)
    {
        var delivery = new Delivery(work.Key, work.Fence);
        var seen = draft.Observed.Jobs.TryGetValue(delivery, out var phase);
        if (seen && phase == JobPhase.Succeeded)
        {
            Close(draft, run, work, "The worker exited without a result.", WorkErrorKind.NoResult, EventStatus.Failed);
            return;
        }

        var lost = seen ? phase == JobPhase.Failed : draft.Observed.Claimed.Contains(delivery);
        if (!lost) return;
        if (work.Losses + 1 < MaxDeliveries)
        {
            Deliver(draft, run, work, OpenWork.LostReason);
            return;
        }

        Close(draft, run, work, $"The worker was lost {MaxDeliveries} times.", WorkErrorKind.WorkerLost, EventStatus.Failed);
    }

    private static void Deliver(Draft draft, StepRun run, OpenWork work, string reason)
    {
        draft.Expect(work);
        draft.Append(new ExecutionEvent
        {
            Type = work.Key.IsCall ? EventType.CallStarted : EventType.IterationStarted,
            Status = EventStatus.Running,
            CreatedAt = draft.Now,
            Step = run.Step,
            Epoch = run.Epoch,
            RunId = run.RunId,
            IterationIndex = work.Key.IsCall ? null : work.Key.Index,
            Fence = work.Fence + 1,
            Context = OfChunk(work, JsonText.Object(writer => writer.WriteString("reason", reason))),
        });
    }

    private static void Close(Draft draft, StepRun run, OpenWork work, string message, string kind, EventStatus status)
    {
        draft.Expect(work);
        draft.Append(new ExecutionEvent
        {
            Type = work.Key.IsCall ? EventType.CallError : EventType.IterationFailed,
            Status = status,
            CreatedAt = draft.Now,
            Step = run.Step,
            Epoch = run.Epoch,
            RunId = run.RunId,
            IterationIndex = work.Key.IsCall ? null : work.Key.Index,
            Fence = work.Fence,
            Error = message,
            Context = OfChunk(work, JsonText.Object(writer =>
            {
                writer.WriteStartObject("error");
                writer.WriteString("kind", kind);
                writer.WriteString("message", message);
                writer.WriteBoolean("retryable", false);
                writer.WriteEndObject();
            })),
        });
    }

    private static JsonElement OfChunk(OpenWork work, JsonElement context) =>
        work.Size is { } size ? Ingest.WithChunk(context, work.Key.Index, size) : context;
}
