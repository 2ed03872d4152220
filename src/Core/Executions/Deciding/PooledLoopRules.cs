using PlaybookOperator.Core.Executions.Pools;
using PlaybookOperator.Core.Playbooks;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>
/// Loops that a pool of workers runs: the workers ask the log for iterations as they go (<see cref="PoolRules"/>). Here is only decided when such a loop
/// has ended, and that its pool has a Job while it is needed.
/// </summary>
/// <remarks>
/// <code>
///                    Job absent   Job Active   Job Short (pods lost)   Job Failed   Job Succeeded (pods left)
/// pool is needed     create it    fine         a further Job (*)       a new Job    a new Job
/// pool is not needed              its pods leave by themselves with their next word
/// </code>
/// (*) Without an iteration having ended since the former one, after 4 s, 8 s and so on up to a minute. A further Job has the next fence. Pods of the former one stay as good as any: what they may do is decided by their leases.
/// </remarks>
internal static class PooledLoopRules
{
    public const string PodsLeft = "PodsLeft";

    public static void Advance(Draft draft, StepRun run, StepPlan step, LoopState loop)
    {
        if (DrainRules.Since(draft, run) is not null)
        {
            if (!DrainRules.Waits(draft, run)) LoopRules.Abandon(draft, run, draft.State.Message!, EventStatus.Cancelled);
            return;
        }

        var failed = LoopRules.IsExceeded(draft, step, loop);
        if (failed || draft.IsFailing)
        {
            // What runs may end. Its workers hear that nothing more starts, and give back the rest.
            if (loop.Leased > 0) Renew(draft, run, loop);
            else LoopRules.End(draft, run, loop, EventType.IteratorFailed, Why(loop, failed ? loop.FirstError! : "stopped because another step failed"));
            return;
        }

        if (loop.Done == loop.Total || (loop.Stopped && loop.Leased == 0)) LoopRules.End(draft, run, loop, EventType.IteratorCompleted, error: null);
        else if (draft.State.Phase != ExecutionPhase.Suspended || loop.Leased > 0) Renew(draft, run, loop);
    }

    /// <summary>Pools that have no Job and need one.</summary>
    public static IEnumerable<Delivery> WithoutJob(Draft draft) =>
        from name in draft.Runs.Running
        let run = draft.State.Steps[name]
        where run.RunId > 0 && !run.CallEnded && draft.State.Loops.TryGetValue(run.RunId, out var loop) && loop.Pool is not null && IsNeeded(draft, loop) && DrainRules.Since(draft, run) is null
        let delivery = CurrentOf(draft.State.Loops[run.RunId])
        where !draft.Observed.Jobs.ContainsKey(delivery)
        select delivery;

    /// <summary>What may go on now in a loop with a pool.</summary>
    public static PoolSettings SettingsOf(Draft draft, StepRun run, StepPlan step, LoopState loop) => new()
    {
        Loop = loop,
        // After the outcome only the loop of onExit may start anything.
        IsOpen = draft.State is { IsTerminal: false, Phase: not ExecutionPhase.Suspended } && !draft.IsFailing && !run.IsOver && !run.CallEnded && DrainRules.Since(draft, run) is null,
        MaxParallel = Math.Max(0, Math.Min(LoopRules.MaxParallelOf(draft, step, step.Loop!), LoopRules.RoomOfWhole(draft) - Places(draft, before: loop.RunId))),
        PoolSize = step.Loop!.PoolSize,
        IsSequential = step.Loop.Mode == LoopMode.Sequential,
        Failures = LoopRules.FailuresOf(draft, step),
        Chunk = step.Loop.Chunk is { } chunk ? draft.Observed.Allowance.NarrowChunk(chunk) : null,
        StartsPerSecond = step.Loop.StartsPerSecond,
        MaxStarts = (long)Math.Max(0, LimitRules.RoomForIterations(draft)),
    };

    /// <summary>
    /// Places of the execution's window that loops with pools take, from their start to their end, the older first. What their workers have in hand at a
    /// moment is not known to who decides: so others leave them all that they may take.
    /// </summary>
    /// <param name="before">Only of loops that started before this run.</param>
    public static int Places(Draft draft, long before = long.MaxValue)
    {
        var (taken, whole) = (0, LoopRules.MaxParallelOfWhole(draft));
        foreach (var loop in draft.State.Loops.Values)
        {
            if (loop.Pool is null || loop.RunId >= before) continue;
            if (draft.State.Steps[loop.Step] is { IsOver: false, CallEnded: false } run && run.RunId == loop.RunId && draft.Plan.ByName[loop.Step] is { Loop: { } plan } step)
                taken += Math.Min(whole - taken, LoopRules.MaxParallelOf(draft, step, plan));
        }

        return taken;
    }

    private static bool IsNeeded(Draft draft, LoopState loop) =>
        loop.Leased > 0 || (loop.Done < loop.Total && !loop.Stopped && draft.State.Phase != ExecutionPhase.Suspended);

    private static Delivery CurrentOf(LoopState loop) => new(new WorkKey(loop.RunId, WorkKey.Pool), loop.Pool!.Fence);

    private static void Renew(Draft draft, StepRun run, LoopState loop)
    {
        if (!draft.Observed.Jobs.TryGetValue(CurrentOf(loop), out var phase) || phase == JobPhase.Active) return;
        var left = phase == JobPhase.Succeeded;
        var losses = left || loop.Done > loop.Pool!.Done ? 0 : loop.Pool.Losses + 1;
        if (phase == JobPhase.Short && losses > 1 && loop.Pool!.RenewedAt is { } before && before + Patience(losses) is var due && draft.Now < due)
        {
            draft.Wake(due);
            return;
        }

        if (phase == JobPhase.Failed && losses >= DeliveryRules.MaxDeliveries)
        {
            LoopRules.End(draft, run, loop, EventType.IteratorFailed, Why(loop, $"the workers were lost {DeliveryRules.MaxDeliveries} times without an iteration having ended"));
            return;
        }

        var next = loop.Pool! with { Fence = loop.Pool.Fence + 1, Losses = losses, Done = loop.Done };
        draft.Append(EventType.CallRetry, run, JsonText.Object(writer =>
        {
            writer.WriteString("reason", left ? PodsLeft : OpenWork.LostReason);
            writer.WritePropertyName("pool");
            next.Write(writer);
        }));
    }

    /// <summary>While others work there is no hurry: pods that cannot start must not give Jobs without end.</summary>
    private static TimeSpan Patience(int losses) => TimeSpan.FromSeconds(Math.Min(60, 1 << Math.Min(losses, 6)));

    private static string Why(LoopState loop, string why) => $"{loop.Failed} of {loop.Total} iterations failed; {why}";
}
