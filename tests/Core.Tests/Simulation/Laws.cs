using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using Xunit;

namespace PlaybookOperator.Core.Tests.Simulation;

/// <summary>What must hold of every log and every moment, whatever went wrong.</summary>
internal sealed class Laws(World world, GeneratedPlan generated)
{
    private readonly Dictionary<string, int> _allowed =
        generated.Plan.Steps.Where(step => step.Loop is not null).ToDictionary(step => step.Name, step => step.Loop!.MaxParallel, StringComparer.Ordinal);

    private readonly HashSet<WorkKey> _ended = [];
    private readonly HashSet<long> _iteratorsEnded = [];
    private int _checked;

    /// <summary>An editable limit was raised or lowered; the highest so far counts.</summary>
    public void Allow(string step, int maxParallel)
    {
        if (generated.Plan.ByName.GetValueOrDefault(step)?.Loop?.Mode == LoopMode.Async) _allowed[step] = Math.Max(_allowed[step], maxParallel);
    }

    /// <summary>After every step of the world.</summary>
    public void Check()
    {
        for (; _checked < world.Log.Events.Count; _checked++) CheckEvent(world.Log.Events[_checked], _checked + 1);
        CheckParallel();
    }

    /// <summary>After a pass that may have been disturbed: deciding once more, obeying, and deciding again must find rest and a reason for it.</summary>
    public void CheckRest()
    {
        var observed = new Observed { Intent = world.Intent, Jobs = world.Cluster.Observe(), Claimed = world.Log.Read().Claimed };
        var decisions = world.Decide(world.Log.State, observed, world.Now);
        if (decisions.NeedsMore || decisions.Events.Count > 0) return;
        var jobs = observed.Jobs.Where(job => !decisions.Stop.Contains(job.Key)).ToDictionary(job => job.Key, job => job.Value);
        foreach (var delivery in decisions.Start) jobs[delivery] = JobPhase.Active;
        var again = world.Decide(world.Log.State, observed with { Jobs = jobs }, world.Now);
        Assert.True(again.IsQuiet, $"{world.Name}: not at rest after obeying");
        var state = world.Log.State;
        var hasReason = state.IsTerminal || state.Phase == ExecutionPhase.Suspended || state.Open.Values.Any(work => HasFuture(work, jobs, again));
        Assert.True(hasReason, $"{world.Name}: stuck\n{generated.Source}\n{StateText.Of(state)}");
    }

    /// <summary>When the execution has ended and everybody has gone home.</summary>
    public void CheckEnd()
    {
        Check();
        var state = world.Log.State;
        Assert.True(world.Log.Events[^1].Type.IsTerminal(), $"{world.Name}: the last event does not end the execution");
        Assert.DoesNotContain(world.Cluster.Jobs, worker => worker.Job == JobPhase.Active);
        if (generated.Plan.Limits.MaxDuration >= TimeSpan.FromHours(1)) Assert.NotEqual("DeadlineExceeded", state.Reason);
        CheckReplay();
        foreach (var started in world.Log.Events.Where(happened => happened.Type == EventType.IteratorStarted)) CheckLoop(started);
        if (state.Phase == ExecutionPhase.Completed) Assert.All(state.Steps.Values, run => Assert.True(run.IsOver, $"{world.Name}: step {run.Step} is not over"));
    }

    private void CheckEvent(ExecutionEvent happened, int position)
    {
        Assert.True(happened.EventId == position, $"{world.Name}: ids are not dense");
        if (happened.Type.IsTerminal()) Assert.True(position == world.Log.Events.Count, $"{world.Name}: {happened.Type} is not the last event");
        var ends = happened.Type is EventType.IterationCompleted or EventType.IterationFailed or EventType.CallDone
            || (happened.Type == EventType.CallError && happened.IterationIndex is null);
        if (ends) Assert.True(_ended.Add(happened.Work!.Value), $"{world.Name}: {happened.Work} has ended twice");
        if (happened.Type is EventType.IteratorCompleted or EventType.IteratorFailed)
            Assert.True(_iteratorsEnded.Add(happened.RunId!.Value), $"{world.Name}: the loop of run {happened.RunId} has ended twice");
    }

    private void CheckParallel()
    {
        var state = world.Log.State;
        var alive = world.Cluster.Jobs
            .Where(worker => worker.Job == JobPhase.Active && state.Open.TryGetValue(worker.Delivery.Key, out var work) && work.NextAt is null)
            .Select(worker => worker.Delivery.Key).ToHashSet();
        foreach (var loop in state.Loops.Values)
        {
            var executing = Math.Max(alive.Count(key => key.RunId == loop.RunId), state.Open.Values.Count(work => work.Key.RunId == loop.RunId && work.NextAt is null));
            Assert.True(executing <= _allowed[loop.Step], $"{world.Name}: {executing} iterations of {loop.Step} at once, allowed {_allowed[loop.Step]}");
        }

        var iterations = alive.Count(key => !key.IsCall);
        Assert.True(iterations <= generated.Plan.Limits.MaxParallel, $"{world.Name}: {iterations} iterations at once, over limits.maxParallel");
    }

    /// <summary>Someone works on it, or it is known when to go on, and the decision says so; the deadline alone is no reason to rest.</summary>
    private bool HasFuture(OpenWork work, Dictionary<Delivery, JobPhase> jobs, Decisions decisions) => work.NextAt is { } due
        ? due > world.Now && decisions.WakeAt <= due
        : jobs.GetValueOrDefault(new Delivery(work.Key, work.Fence), JobPhase.Failed) == JobPhase.Active;

    private void CheckReplay()
    {
        var state = ExecutionState.Initial;
        for (var i = 0; i < world.Log.Events.Count; i++)
        {
            state = state.Apply(world.Log.Events[i]);
            Assert.True(StateText.Of(state) == world.Log.States[i], $"{world.Name}: the first {i + 1} events fold to another state");
        }

        Assert.Equal(StateText.Of(world.Log.State), StateText.Of(ExecutionState.Initial.Apply(world.Log.Events)));
    }

    private void CheckLoop(ExecutionEvent started)
    {
        var run = started.RunId!.Value;
        var total = started.Context.Member("total_count")!.Value.GetInt64();
        if (generated.Totals.TryGetValue(started.Step!, out var expected)) Assert.Equal(expected, total);
        var ended = world.Log.Events.SingleOrDefault(happened => 
            happened.RunId == run && happened.Type is (EventType.IteratorCompleted or EventType.IteratorFailed));
        if (ended is null)
        {
            Assert.True(world.Log.State.Phase == ExecutionPhase.Cancelled, $"{world.Name}: the loop of {started.Step} has no end");
            return;
        }

        var stats = ended.Result!.Value.GetProperty("stats");
        long Stat(string name) => stats.GetProperty(name).GetInt64();
        var succeeded = world.Log.Events.Count(happened => happened.RunId == run && happened.Type == EventType.IterationCompleted);
        var failed = world.Log.Events.Count(happened => happened.RunId == run && happened.Type == EventType.IterationFailed);
        Assert.Equal((total, succeeded, failed, total - succeeded - failed), (Stat("total"), Stat("succeeded"), Stat("failed"), Stat("skipped")));
        if (ended.Type == EventType.IteratorCompleted) Assert.Equal(0, Stat("skipped"));
        var begun = world.Log.Events.Where(happened => happened.RunId == run && happened.Type == EventType.IterationStarted).Select(happened => happened.Work!.Value).Distinct();
        Assert.All(begun, key => Assert.Contains(key, _ended));
    }
}
