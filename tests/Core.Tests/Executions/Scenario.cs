using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Deciding;
using PlaybookOperator.Core.Executions.Pools;
using PlaybookOperator.Core.Governing;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Tests.Playbooks;
using PlaybookOperator.Core.Tests.Simulation;
using PlaybookOperator.Core.Work;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions;

/// <summary>One execution told step by step: what workers say, what Jobs do, what the user wants.</summary>
internal sealed class Scenario
{
    private readonly Plan _plan;
    private readonly ExecutionFacts _facts;
    private readonly Dictionary<long, IReadOnlyList<JsonElement?>> _loopResults = [];
    private readonly Dictionary<WorkKey, JsonElement> _largeResults = [];
    private readonly Dictionary<long, LoopAggregates> _aggregates = [];

    public Scenario(string spec, string workload = "{}", long? retryOf = null)
    {
        _plan = Compiling.Plan(spec);
        _facts = new ExecutionFacts(new ExecutionId(7), "default", "run", "test", Compiling.Json(workload), Now)
        {
            RetryOf = retryOf is { } former ? new ExecutionId(former) : null,
        };
    }

    /// <summary>What succeeded in the execution that this one repeats.</summary>
    public Dictionary<LoopName, IReadOnlyList<FormerIteration>> Former { get; } = [];

    /// <summary>Loops of the former execution that decisions have asked for.</summary>
    public HashSet<LoopName> Asked { get; } = [];

    /// <summary>Loops whose numbers begin with those of the former execution, by run as the decision named it.</summary>
    public Dictionary<long, FormerLoop> Inherited { get; } = [];

    /// <summary>Carried iterations that were appended, by run as the decision named it.</summary>
    public Dictionary<long, IReadOnlyList<CarriedIteration>> Carried { get; } = [];

    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public Intent Intent { get; set; } = Intent.Run;

    /// <summary>What is read instead of what the numbers have come to; null: nothing is.</summary>
    public LoopAggregates? Stale { get; set; }

    public Allowance Allowance { get; set; } = Allowance.Unlimited;

    public Dictionary<Delivery, JobPhase> Jobs { get; } = [];

    public SimulatedLog Log { get; } = new(long.MaxValue);

    public ExecutionState State => Log.State;

    /// <summary>The log, as <c>type step index</c>.</summary>
    public IReadOnlyList<string> Story => [.. Log.Events.Select(Tell)];

    /// <summary>Decides, appends and obeys until nothing is left to do.</summary>
    public Decisions Settle()
    {
        for (var round = 0; round < 100; round++)
        {
            var seen = Log.Read();
            var decisions = Decider.Decide(_plan, _facts, seen.State, Observe(seen), Now);
            if (decisions.Events.Count > 0)
            {
                Assert.NotNull(Log.Append(seen.Version, decisions));
                foreach (var (run, iterations) in decisions.Carried) Carried[run] = iterations;
                foreach (var (run, former) in decisions.Inherited) Inherited[run] = former;
            }

            Asked.UnionWith(decisions.NeedsFormer);
            foreach (var loop in decisions.NeedsFormer) Former.TryAdd(loop, []);
            foreach (var run in decisions.NeedsAggregates) _aggregates[run] = Stale ?? Log.AggregatesOf(run);
            // What is asked for in a batch is asked for by its number after it.
            foreach (var key in decisions.NeedsLargeResults.Where(_ => decisions.Events.Count == 0)) _largeResults[key] = Log.ResultOf(key);
            foreach (var run in decisions.NeedsLoopResults) _loopResults[run] = Log.ResultsOf(run);
            if (decisions.Events.Count > 0 || decisions.NeedsMore) continue;
            foreach (var delivery in decisions.Stop) Jobs.Remove(delivery);
            foreach (var delivery in decisions.Start) Jobs.Add(delivery, JobPhase.Active);
            return decisions;
        }

        throw new InvalidOperationException("does not come to rest");
    }

    public int Width => Decider.WidthOf(_plan, _facts, State, Now);

    public Delivery DeliveryOf(string step, long index = WorkKey.Call)
    {
        var key = new WorkKey(State.Steps[step].RunId, index);
        return new Delivery(key, State.Open[key].Fence);
    }

    /// <summary>Starts what is due, then has the worker of this delivery claim it and say how it went.</summary>
    public Scenario Complete(string step, long index = WorkKey.Call, string result = "null") =>
        Report(step, index, WorkOutcome.Completed, Compiling.Json(result), null);

    public Scenario Fail(string step, long index = WorkKey.Call) => Report(step, index, WorkOutcome.Failed, null, null);

    /// <summary>The worker says of a call what only it knows: the entry of case, what was answered; of an iteration that <c>until</c> is true.</summary>
    public Scenario Tell(string step, long index, Func<WorkReport, WorkReport> more, string result = "null", bool failed = false) =>
        Report(step, index, failed ? WorkOutcome.Failed : WorkOutcome.Completed, failed ? null : Compiling.Json(result), null, more);

    /// <summary>What a worker of the step's pool says, and what it is told.</summary>
    public PoolAnswer Say(string step, string member, int wants = 0, params WorkReport[] reports)
    {
        Settle();
        var settings = Decider.PoolSettingsOf(_plan, _facts, State, State.Steps[step].RunId, Allowance, Now);
        Assert.NotNull(settings);
        var answer = Log.Lease(new PoolTurn(member, reports) { Wants = wants }, settings, Now);
        Settle();
        return answer;
    }

    /// <summary>The last word of a worker that is stopped.</summary>
    public void SayGoodbye(string step, string member, params WorkReport[] reports)
    {
        var settings = Decider.PoolSettingsOf(_plan, _facts, State, State.Steps[step].RunId, Allowance, Now);
        Log.Lease(new PoolTurn(member, reports) { Leaves = true }, settings!, Now);
        Settle();
    }

    public Scenario Wait(string step, long index, TimeSpan delay) => Report(step, index, WorkOutcome.Waiting, null, Now + delay);

    private Scenario Report(
        string step, long index, WorkOutcome outcome, JsonElement? result, DateTimeOffset? nextAt, Func<WorkReport, WorkReport>? more = null)
    {
        Settle();
        var delivery = DeliveryOf(step, index);
        Assert.True(Log.Claim(delivery, worker: 1));
        var report = new WorkReport
        {
            RunId = delivery.Key.RunId,
            Index = index,
            Fence = delivery.Fence,
            Outcome = outcome,
            Result = result,
            NextAt = nextAt,
            Error = outcome == WorkOutcome.Completed ? null : new WorkError(WorkErrorKind.Http, "503 from the server.", 503),
        };
        Assert.Equal(IngestOutcome.Accepted, Log.Take(more?.Invoke(report) ?? report, Now));
        Jobs[delivery] = JobPhase.Succeeded;
        Settle();
        return this;
    }

    private Observed Observe(LogReading seen) => new() { Intent = Intent, Allowance = Allowance, Jobs = Jobs.ToDictionary(), Claimed = seen.Claimed, LoopResults = _loopResults, LargeResults = _largeResults, Aggregates = _aggregates, Former = Former };

    private static string Tell(ExecutionEvent happened) =>
        string.Join(' ', new[] { happened.Type.Name(), happened.Step, happened.IterationIndex?.ToString() }.Where(part => part is not null));
}
