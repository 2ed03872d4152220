using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;

namespace PlaybookOperator.Core.Tests.Simulation;

/// <summary>What must hold of the log alone: read event by event as it grows, and as a whole when it has ended.</summary>
internal sealed class LogLaws(World world, GeneratedPlan generated)
{
    private readonly Dictionary<WorkKey, int> _fences = [];
    private readonly HashSet<WorkKey> _ended = [];
    private readonly Dictionary<long, ExecutionEvent> _iteratorsBegun = [];
    private readonly HashSet<long> _iteratorsEnded = [];
    private readonly Dictionary<long, long> _lastInOrder = [];
    private readonly Dictionary<string, int> _epochs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _running = new(StringComparer.Ordinal);
    private bool _isSuspended;
    private bool _hasOutcome;
    private int _checked;

    public void CheckNew()
    {
        var events = world.Log.Events;
        for (; _checked < events.Count; _checked++)
        {
            var happened = events[_checked];
            world.Demand(happened.EventId == _checked + 1, "ids are not dense");
            if (happened.Type.IsTerminal()) world.Demand(_checked + 1 == events.Count, $"{happened.Type} is not the last event");
            CheckPermission(happened);
            if (happened.Work is { } key) CheckWork(happened, key);
            else CheckStep(happened);
            Note(happened);
        }
    }

    public void CheckEnd()
    {
        var events = world.Log.Events;
        world.Demand(events[^1].Type.IsTerminal(), "the last event does not end the execution");
        world.Demand(_running.Count == 0, $"steps have no end: {string.Join(", ", _running.Keys)}");
        foreach (var key in _fences.Keys) world.Demand(_ended.Contains(key), $"{key} was started and has no end");
        foreach (var started in _iteratorsBegun.Values) CheckLoop(started);
        var exits = events.Count(happened => happened.Type == EventType.StepStarted && happened.Step == generated.Plan.OnExit);
        if (generated.Plan.OnExit is not null) world.Demand(exits == 1 || (exits == 0 && world.Intent.Deleted), $"onExit ran {exits} times");
        CheckDeadline();
        var degraded = events.Where(happened => happened.Type is EventType.ExecutionDegraded or EventType.ExecutionRecovered).Select(happened => happened.Type).ToList();
        for (var i = 0; i < degraded.Count; i++)
            world.Demand(degraded[i] == (i % 2 == 0 ? EventType.ExecutionDegraded : EventType.ExecutionRecovered), "degraded twice, or recovered from nothing");
        if (world.Log.State.Outcome == ExecutionPhase.Completed) CheckWhole();
        // What workers say on the way is not counted beforehand.
        var notes = events.Count(happened => happened.Type is EventType.CallRetry || (happened.Type == EventType.CallError && happened.IterationIndex is not null));
        if (generated.Plan.OnExit is null) world.Demand(events.Count - notes <= generated.Plan.Limits.MaxEvents, $"{events.Count} events are more than maxEvents");
    }

    /// <summary>A workflow that completed has been everywhere: each step ran or was skipped, has answered all that lead to it, and no choice was forgotten.</summary>
    private void CheckWhole()
    {
        var steps = world.Log.State.Steps;
        foreach (var (to, before) in generated.Plan.Graph.Predecessors)
        {
            world.Demand(steps.ContainsKey(to), $"{to} was neither run nor skipped");
            foreach (var from in before) world.Demand(!steps[from].IsFreshFor(steps[to]), $"{to} has not answered {from}");
        }

        if (generated.LeavesCirclesOnce && world.IsUntroubled)
        {
            foreach (var name in generated.Plan.Graph.Steps)
                world.Demand(steps[name].Epoch == 0 || generated.Plan.Graph.LoopsWith(name).Count > 0, $"{name} is in no circle and was entered {steps[name].Epoch + 1} times");
        }

        var started = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var happened in world.Log.Events.Reverse())
        {
            if (happened.Type == EventType.StepStarted) started[happened.Step!] = Math.Max(started.GetValueOrDefault(happened.Step!), happened.EventId);
            if (happened.Type != EventType.StepExit) continue;
            foreach (var route in Route.Read(happened.Context))
                world.Demand(started.GetValueOrDefault(route.Step) > happened.EventId, $"{happened.Step} chose {route.Step}, which did not run after that");
        }
    }

    /// <summary>The clock stands still while suspended.</summary>
    private void CheckDeadline()
    {
        var failed = world.Log.Events.FirstOrDefault(happened => happened.Type == EventType.WorkflowFailed);
        if (failed?.Context.Member("reason")?.GetString() != "DeadlineExceeded") return;
        var ran = failed.CreatedAt - world.Log.Events[0].CreatedAt;
        DateTimeOffset? since = null;
        foreach (var happened in world.Log.Events)
        {
            if (happened.Type == EventType.ExecutionSuspended) since = happened.CreatedAt;
            if (happened.Type == EventType.ExecutionResumed) ran -= happened.CreatedAt - since!.Value;
        }

        world.Demand(ran >= generated.Plan.Limits.MaxDuration, $"a deadline after {ran}");
    }

    /// <summary>Nothing starts while suspended, and after the outcome nothing but onExit.</summary>
    private void CheckPermission(ExecutionEvent happened)
    {
        var starts = happened.Type is EventType.StepStarted or EventType.IteratorStarted or EventType.CallStarted or EventType.IterationStarted;
        if (!starts) return;
        var replaces = happened.Context.Member("reason")?.GetString() == OpenWork.LostReason;
        world.Demand(!_isSuspended || replaces, $"{happened.Type} of {happened.Step} while suspended");
        world.Demand(!_hasOutcome || happened.Step == generated.Plan.OnExit, $"{happened.Type} of {happened.Step} after the outcome");
    }

    private void CheckWork(ExecutionEvent happened, WorkKey key)
    {
        if (happened.Type is EventType.CallStarted or EventType.IterationStarted)
        {
            world.Demand(!IsOfPool(key), $"{key} is leased and has a start of its own");
            _fences[key] = happened.Fence!.Value;
            world.Demand(!_ended.Contains(key), $"{key} starts after its end");
            world.Demand(key.IsCall || _iteratorsBegun.ContainsKey(key.RunId), $"{key} starts before its loop");
        }

        var ends = happened.Type is EventType.IterationCompleted or EventType.IterationFailed or EventType.CallDone
            || (happened.Type == EventType.CallError && happened.IterationIndex is null);
        if (!ends) return;
        if (IsOfPool(key))
        {
            world.Demand(happened.Fence > 0, $"{key} ends without a lease");
        }
        else
        {
            world.Demand(_fences.TryGetValue(key, out var fence), $"{key} ends and never started");
            world.Demand(fence == happened.Fence, $"{key} ends with delivery {happened.Fence}, the newest is {fence}");
        }

        if (IsSequential(happened.Step!)) CheckOrder(happened, key);
        world.Demand(_ended.Add(key), $"{key} has ended twice");
        world.Demand(!_iteratorsEnded.Contains(key.RunId), $"{key} ends after its loop");
    }

    private bool IsOfPool(WorkKey key) => _iteratorsBegun.TryGetValue(key.RunId, out var begun) && begun.Context.Member("pool") is not null;

    private bool IsSequential(string step) => generated.Plan.LoopOf(step)?.Mode == LoopMode.Sequential;

    /// <summary>One after the other, and none after <c>until</c> was true.</summary>
    private void CheckOrder(ExecutionEvent happened, WorkKey key)
    {
        if (key.IsCall) return;
        var last = _lastInOrder.GetValueOrDefault(key.RunId, -1);
        world.Demand(key.Index > last, $"{key} ends after {last}, out of order");
        _lastInOrder[key.RunId] = happened.Context.Member("until") is { ValueKind: System.Text.Json.JsonValueKind.True } ? long.MaxValue : key.Index;
    }

    private void CheckStep(ExecutionEvent happened)
    {
        if (happened.Step is not { } step) return;
        switch (happened.Type)
        {
            case EventType.StepStarted or EventType.StepSkipped:
                world.Demand(!_running.ContainsKey(step), $"{step} is entered while it runs");
                world.Demand(_epochs.GetValueOrDefault(step, -1) + 1 == happened.Epoch, $"epochs of {step} are not dense: {happened.Epoch}");
                _epochs[step] = happened.Epoch!.Value;
                if (happened.Type == EventType.StepStarted) _running[step] = happened.RunId!.Value;
                break;
            case EventType.StepExit:
                world.Demand(_running.Remove(step, out var run) && run == happened.RunId, $"{step} exits and does not run");
                break;
            case EventType.IteratorStarted:
                world.Demand(_iteratorsBegun.TryAdd(happened.RunId!.Value, happened), $"the loop of run {happened.RunId} has begun twice");
                break;
            case EventType.IteratorCompleted or EventType.IteratorFailed:
                world.Demand(_iteratorsEnded.Add(happened.RunId!.Value), $"the loop of run {happened.RunId} has ended twice");
                break;
            default:
                break;
        }
    }

    private void Note(ExecutionEvent happened)
    {
        _isSuspended = happened.Type switch
        {
            EventType.ExecutionSuspended => true,
            EventType.ExecutionResumed or EventType.ExecutionCancelling => false,
            _ => _isSuspended,
        };
        _hasOutcome |= happened.Type is EventType.WorkflowCompleted or EventType.WorkflowFailed or EventType.ExecutionCancelling;
    }

    private void CheckLoop(ExecutionEvent started)
    {
        var run = started.RunId!.Value;
        var total = started.Context.Member("total_count")!.Value.GetInt64();
        if (generated.Totals.TryGetValue(started.Step!, out var expected)) world.Demand(expected == total, $"{started.Step} has {total} iterations, expected {expected}");
        world.Demand(_iteratorsEnded.Contains(run), $"the loop of {started.Step} has no end");
        long succeeded = 0, failed = 0;
        ExecutionEvent? ended = null;
        foreach (var happened in world.Log.Events.Where(happened => happened.RunId == run))
        {
            if (happened.Type == EventType.IterationCompleted) succeeded += happened.ChunkSize ?? 1;
            else if (happened.Type == EventType.IterationFailed && happened.Status != EventStatus.Cancelled) failed += happened.ChunkSize ?? 1;
            else if (happened.Type is EventType.IteratorCompleted or EventType.IteratorFailed) ended = happened;
        }

        var stats = ended!.Result!.Value.GetProperty("stats");
        long Stat(string name) => stats.GetProperty(name).GetInt64();
        world.Demand(
            (total, succeeded, failed, total - succeeded - failed) == (Stat("total"), Stat("succeeded"), Stat("failed"), Stat("skipped")), $"stats of {started.Step} are {stats}");
        var stopped = world.Log.Events.Any(happened => happened.RunId == run && happened.Context.Member("until") is { ValueKind: System.Text.Json.JsonValueKind.True });
        if (ended.Type == EventType.IteratorCompleted && !stopped) world.Demand(Stat("skipped") == 0, $"the loop of {started.Step} completed without all iterations");
    }
}
