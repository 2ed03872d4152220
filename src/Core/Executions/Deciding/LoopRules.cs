using System.Text.Json;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>Runs a loop as a sliding window: whenever an iteration ends the next one starts, up to <c>maxParallel</c>.</summary>
internal static class LoopRules
{
    public static void Advance(Draft draft, StepRun run, StepPlan step)
    {
        if (!draft.State.Loops.TryGetValue(run.RunId, out var loop))
        {
            if (draft.IsFailing) StepRules.StopUnstarted(draft, run);
            else if (draft.State.Phase != ExecutionPhase.Suspended) Start(draft, run, step);
            return;
        }

        // The numbers that it begins with are in the log once its start is.
        if (loop.Aggregates is not null && loop.Carried is not null && draft.IsNew(loop)) return;
        if (loop.Pool is not null)
        {
            PooledLoopRules.Advance(draft, run, step, loop);
            return;
        }

        var failed = IsExceeded(draft, step, loop);
        if (failed || draft.IsFailing)
        {
            // What runs may end; its place in the window stays empty.
            if (OpenOf(draft, run).Any()) return;
            var why = failed ? loop.FirstError! : "stopped because another step failed";
            End(draft, run, loop, EventType.IteratorFailed, $"{loop.Failed} of {loop.Total} iterations failed; {why}");
            return;
        }

        if (loop.Done == loop.Total || (loop.Stopped && !OpenOf(draft, run).Any()))
        {
            End(draft, run, loop, EventType.IteratorCompleted, error: null);
            return;
        }

        if (draft.State.Phase != ExecutionPhase.Suspended && !loop.Stopped) StartIterations(draft, run, step, loop);
    }

    /// <summary>Whether one more iteration of this run that has waited may execute now. Calls outside loops always may.</summary>
    public static bool HasRoom(Draft draft, StepRun run) =>
        draft.Plan.ByName[run.Step] is not { Loop: { } loop } step || RoomToExecute(draft, run, step, loop) > 0;

    /// <summary>Ends a running step as it is, because the execution ends: a loop keeps what it has.</summary>
    public static void Abandon(Draft draft, StepRun run, string message, EventStatus status)
    {
        if (draft.State.Loops.TryGetValue(run.RunId, out var loop) && !run.CallEnded) End(draft, run, loop, EventType.IteratorFailed, message, isCutOff: true);
        draft.Append(new ExecutionEvent
        {
            Type = EventType.StepExit,
            Status = status,
            CreatedAt = draft.Now,
            Step = run.Step,
            Epoch = run.Epoch,
            RunId = run.RunId,
            Error = message,
        });
    }

    private static void Start(Draft draft, StepRun run, StepPlan step)
    {
        var limit = draft.Plan.Limits.MaxIterations;
        if (draft.Override("limits.maxIterations") is { } tighter && tighter < limit) limit = (long)tighter;
        // Once for all iterations, none of which could start.
        if (InputPlanner.Missing(draft.Plan, draft.State, step) is { } missing)
        {
            Refuse(draft, run, missing.Kind, missing.Message);
            return;
        }

        var source = LoopSource.Evaluate(draft, run, step, limit);
        switch (source)
        {
            case LoopSource.Blocked:
                return;
            case LoopSource.Invalid invalid:
                Refuse(draft, run, invalid.Kind, invalid.Message);
                return;
            case LoopSource.Elements elements:
                if (!LoopCarry.TryFind(draft, run, step.Loop!, elements, out var carried)) return;
                draft.Append(EventType.IteratorStarted, run, LoopDescription.Of(draft, step, elements, carried));
                if (elements.Range is null) draft.Snapshot(run.RunId, elements.Items!, elements.Keys);
                if (carried.Count > 0) draft.Carry(run.RunId, carried);
                if (step.Loop!.Aggregates.Length > 0 && LoopCarry.IsWhole(draft, run, carried)) draft.Inherit(run.RunId, LoopCarry.FormerOf(draft, run));
                return;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static void Refuse(Draft draft, StepRun run, string kind, string message) =>
        draft.Append(EventType.IteratorFailed, run, error: message, context: JsonText.Object(writer =>
        {
            writer.WriteStartObject("error");
            writer.WriteString("kind", kind);
            writer.WriteString("message", message);
            writer.WriteBoolean("retryable", false);
            writer.WriteEndObject();
        }));

    private static void StartIterations(Draft draft, StepRun run, StepPlan step, LoopState loop)
    {
        var room = (int)Math.Min(RoomToStart(draft, run, step, step.Loop!), LimitRules.RoomForIterations(draft));
        var due = step.Loop!.StartsPerSecond is null ? (DateTimeOffset?)null : loop.NextStartAt ?? loop.StartedAt;
        for (var index = loop.NextToRun(loop.Cursor); index < loop.Total && room > 0; room--)
        {
            if (due > draft.Now)
            {
                draft.Wake(due.Value);
                return;
            }

            if (due is { } at) due = LoopPace.After(at, draft.Now, step.Loop.StartsPerSecond!.Value);
            var size = loop.SizeAt(index, loop.Chunk is { } chunk ? draft.Observed.Allowance.NarrowChunk(chunk) : null);
            draft.Append(new ExecutionEvent
            {
                Type = EventType.IterationStarted,
                Status = EventStatus.Running,
                CreatedAt = draft.Now,
                Step = run.Step,
                Epoch = run.Epoch,
                RunId = run.RunId,
                IterationIndex = index,
                Fence = 1,
                Context = StartContext(loop, index, size, due),
            });
            index = loop.NextToRun(index + size);
        }
    }

    private static JsonElement? StartContext(LoopState loop, long index, int size, DateTimeOffset? nextStartAt)
    {
        JsonElement? context = nextStartAt is { } at ? JsonText.Object(writer => writer.WriteString("next_start_at", JsonText.Instant(at))) : null;
        return loop.Chunk is null ? context : Ingest.WithChunk(context, index, size);
    }

    /// <summary>Waiting iterations are bounded too: at most as many again as may execute are open. What waits already does not add to them.</summary>
    private static int RoomToStart(Draft draft, StepRun run, StepPlan step, LoopPlan loop)
    {
        var room = RoomToExecute(draft, run, step, loop);
        return loop.Mode == LoopMode.Sequential ? room : Math.Min(room, (2 * MaxParallelOf(draft, step, loop)) - OpenOf(draft, run).Count());
    }

    /// <summary>Iterations of the execution as a whole that may execute at once.</summary>
    internal static int MaxParallelOfWhole(Draft draft) =>
        (int)Math.Min(draft.Limit("maxParallel", draft.Plan.Limits.MaxParallel), draft.Observed.Allowance.MaxParallel);

    /// <summary>Iterations that the execution as a whole may still start; those in pools are not counted.</summary>
    internal static int RoomOfWhole(Draft draft) => MaxParallelOfWhole(draft) - draft.State.Open.Values.Count(work => work.NextAt is null);

    /// <summary>What running loops and calls would take, within the execution's own limit; an execution that only waits or routes still takes one.</summary>
    internal static int WidthOf(Draft draft)
    {
        if (draft.State.Phase == ExecutionPhase.Suspended) return (int)Math.Max(1, draft.State.Open.Count + draft.State.Loops.Values.Sum(loop => loop.Leased));
        long width = 0;
        foreach (var name in draft.Runs.Running)
        {
            var step = draft.Plan.ByName[name];
            if (step.Loop is null || !draft.State.Loops.TryGetValue(draft.State.Steps[name].RunId, out var loop)) width++;
            else width += Math.Min(MaxParallelOf(draft, step, step.Loop), (loop.Total - loop.Done + (loop.Chunk ?? 1) - 1) / (loop.Chunk ?? 1));
        }

        return (int)Math.Clamp(width, 1, (long)draft.Limit("maxParallel", draft.Plan.Limits.MaxParallel));
    }

    private static int RoomToExecute(Draft draft, StepRun run, StepPlan step, LoopPlan loop)
    {
        var whole = RoomOfWhole(draft) - PooledLoopRules.Places(draft);
        // A sequential loop waits for the element that waits; elsewhere a wait gives its place away.
        if (loop.Mode == LoopMode.Sequential)
        {
            return OpenOf(draft, run).Any(work => work.NextAt is null || work.NextAt > draft.Now) ? 0 : Math.Min(1, whole);
        }

        var executing = OpenOf(draft, run).Count(work => work.NextAt is null);
        return Math.Min(MaxParallelOf(draft, step, loop) - executing, whole);
    }

    internal static int MaxParallelOf(Draft draft, StepPlan step, LoopPlan loop) =>
        draft.Observed.Allowance.Narrow((int)Math.Max(1, draft.Override($"overrides.loops.{step.Name}.maxParallel") ?? loop.MaxParallel));

    internal static bool IsExceeded(Draft draft, StepPlan step, LoopState loop) => FailuresOf(draft, step).IsExceeded(loop.Failed, loop.Total);

    /// <summary>When the loop has failed: as the execution says, else as the playbook does.</summary>
    internal static FailurePolicy FailuresOf(Draft draft, StepPlan step) =>
        draft.Override($"overrides.loops.{step.Name}.maxFailed") is { } maxFailed ? new FailurePolicy.MaxFailed((long)maxFailed) : step.Loop!.FailurePolicy;

    private static IEnumerable<OpenWork> OpenOf(Draft draft, StepRun run) =>
        draft.State.Open.Values.Where(work => work.Key.RunId == run.RunId);

    internal static void End(Draft draft, StepRun run, LoopState loop, EventType type, string? error, bool isCutOff = false)
    {
        draft.ExpectDone(loop);
        var context = error is null ? (JsonElement?)null : JsonText.Object(writer =>
        {
            writer.WriteStartObject("error");
            writer.WriteString("kind", "LoopFailed");
            writer.WriteString("message", error);
            writer.WriteBoolean("retryable", false);
            writer.WriteEndObject();
        });
        draft.Append(new ExecutionEvent
        {
            Type = type,
            Status = type.DefaultStatus(),
            CreatedAt = draft.Now,
            Step = run.Step,
            Epoch = run.Epoch,
            RunId = run.RunId,
            DurationMs = (draft.Now - loop.StartedAt).TotalMilliseconds,
            Error = error,
            Context = context,
            Result = JsonText.Object(writer => WriteSummary(writer, loop, draft.AggregatesOf(loop, isCutOff))),
        });
    }

    private static void WriteSummary(Utf8JsonWriter writer, LoopState loop, LoopAggregates? aggregates)
    {
        WriteStats(writer, loop);
        if (aggregates is null) return;
        writer.WriteStartObject("aggregates");
        foreach (var aggregate in aggregates.Of) aggregate.Write(writer);
        writer.WriteEndObject();
    }

    private static void WriteStats(Utf8JsonWriter writer, LoopState loop)
    {
        writer.WriteStartObject("stats");
        writer.WriteNumber("total", loop.Total);
        writer.WriteNumber("succeeded", loop.Succeeded);
        writer.WriteNumber("failed", loop.Failed);
        writer.WriteNumber("skipped", loop.Total - loop.Done);
        writer.WriteEndObject();
    }
}
