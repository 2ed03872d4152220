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

    private readonly LogLaws _log = new(world, generated);
    private (long Changes, int Events) _seen = (-1, -1);

    /// <summary>An editable limit was raised or lowered; the highest so far counts.</summary>
    public void Allow(string step, int maxParallel)
    {
        if (generated.Plan.ByName.GetValueOrDefault(step)?.Loop?.Mode is LoopMode.Async or LoopMode.Chunked) _allowed[step] = Math.Max(_allowed[step], maxParallel);
    }

    /// <summary>After every step of the world.</summary>
    public void Check()
    {
        var now = (world.Cluster.Changes, world.Log.Events.Count);
        if (now == _seen) return;
        _seen = now;
        _log.CheckNew();
        CheckParallel();
    }

    /// <summary>After a pass that may have been disturbed: deciding once more, obeying, and deciding again must find rest and a reason for it.</summary>
    public void CheckRest()
    {
        var observed = new Observed { Intent = world.Intent, Jobs = world.Cluster.Observe(), Claimed = world.Log.Read().Claimed, Allowance = world.Allowance };
        var decisions = world.Decide(world.Log.State, observed, world.Now);
        if (decisions.NeedsMore || decisions.Events.Count > 0) return;
        var jobs = observed.Jobs.Where(job => !decisions.Stop.Contains(job.Key)).ToDictionary(job => job.Key, job => job.Value);
        foreach (var delivery in decisions.Start) jobs[delivery] = JobPhase.Active;
        var again = world.Decide(world.Log.State, observed with { Jobs = jobs }, world.Now);
        world.Demand(again.IsQuiet, "not at rest after obeying");
        var state = world.Log.State;
        var hasReason = state.IsTerminal || state.Phase == ExecutionPhase.Suspended || state.Open.Values.Any(work => HasFuture(work, jobs, again))
            || state.Loops.Values.Any(loop => HasPool(loop, jobs))
            || state.Loops.Values.Any(loop => loop.Pool?.RenewedAt is not null && jobs.ContainsValue(JobPhase.Short) && again.WakeAt > world.Now)
            || (state.Loops.Values.Any(loop => loop is { Pool: not null, Leased: > 0 }) && again.WakeAt <= world.DrainEnds)
            || state.Loops.Values.Any(loop => loop.NextStartAt is { } due && due > world.Now && again.WakeAt <= due);
        world.Demand(hasReason, "stuck");
    }

    /// <summary>When the execution has ended and everybody has gone home.</summary>
    public void CheckEnd()
    {
        Check();
        world.Demand(!world.Cluster.Jobs.Any(worker => worker.Job == JobPhase.Active), "a Job is left");
        _log.CheckEnd();
        if (world.Log.KeepsStates) CheckReplay();
    }

    private void CheckParallel()
    {
        var state = world.Log.State;
        if (state.Loops.Count == 0) return;
        var alive = new Dictionary<long, int>();
        var iterations = 0;
        foreach (var worker in world.Cluster.Jobs)
        {
            var key = worker.Delivery.Key;
            if (worker.Job != JobPhase.Active || key.IsCall || !state.Open.TryGetValue(key, out var work) || work.NextAt is not null) continue;
            // Two deliveries of one iteration may have a Job each for a moment; the log counts only the newest.
            if (worker.Delivery.Fence != work.Fence) continue;
            alive[key.RunId] = alive.GetValueOrDefault(key.RunId) + 1;
            iterations++;
        }

        foreach (var pod in world.Cluster.Pods)
        {
            // What it was leased and others have got since does not count any more, whether it knows or not.
            var executing = pod.Running.Count(one => world.Log.IsLeased(pod.RunId, one));
            alive[pod.RunId] = alive.GetValueOrDefault(pod.RunId) + executing;
            iterations += executing;
        }

        foreach (var loop in state.Loops.Values)
        {
            var open = 0;
            foreach (var (key, work) in state.Open) open += key.RunId == loop.RunId && work.NextAt is null ? 1 : 0;
            var executing = Math.Max(alive.GetValueOrDefault(loop.RunId), open);
            world.Demand(executing <= _allowed[loop.Step], $"{executing} iterations of {loop.Step} at once, allowed {_allowed[loop.Step]}");
        }

        world.Demand(iterations <= generated.Plan.Limits.MaxParallel, $"{iterations} iterations at once, over limits.maxParallel");
    }

    /// <summary>Someone works on it, or it is known when to go on, and the decision says so; the deadline alone is no reason to rest.</summary>
    private bool HasFuture(OpenWork work, Dictionary<Delivery, JobPhase> jobs, Decisions decisions) => work.NextAt is { } due
        ? due > world.Now && decisions.WakeAt <= due
        : jobs.GetValueOrDefault(new Delivery(work.Key, work.Fence), JobPhase.Failed) == JobPhase.Active;

    /// <summary>Its Job is there: its pods do what there is to do, or hear that there is nothing.</summary>
    private bool HasPool(LoopState loop, Dictionary<Delivery, JobPhase> jobs) =>
        loop.Pool is { } pool && world.Log.State.Steps[loop.Step] is { IsOver: false, CallEnded: false } run && run.RunId == loop.RunId
        && jobs.GetValueOrDefault(new Delivery(new WorkKey(loop.RunId, WorkKey.Pool), pool.Fence), JobPhase.Failed) == JobPhase.Active;

    private void CheckReplay()
    {
        var state = ExecutionState.Initial;
        for (var i = 0; i < world.Log.Events.Count; i++)
        {
            state = state.Apply(world.Log.Events[i]);
            world.Demand(StateText.Of(state) == world.Log.States[i], $"the first {i + 1} events fold to another state");
        }

        Assert.Equal(StateText.Of(world.Log.State), StateText.Of(ExecutionState.Initial.Apply(world.Log.Events)));
    }
}
