using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Deciding;
using PlaybookOperator.Core.Governing;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Core.Tests.Simulation;

/// <summary>One execution, two operators, the workers and the user; everything that happens follows from the seed.</summary>
internal sealed partial class World
{
    private const int MaxCalmRounds = 2_000;

    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Random _random;
    private readonly GeneratedPlan _generated;
    private readonly ExecutionFacts _facts;
    private readonly SimulatedOperator[] _operators;
    private readonly List<WorkReport> _late = [];
    private readonly Laws _laws;
    private readonly bool _workFails;

    /// <summary>For the caches alone: what else happens must not depend on when they are emptied.</summary>
    private readonly Random _forgetting;
    private readonly int _forgetPercent;

    /// <summary>For workers that never speak again alone, likewise.</summary>
    private readonly Random _standing;
    private bool _isCalm;
    private DateTimeOffset? _seenStopped;

    /// <param name="forgets">Whether operators' caches are emptied now and then.</param>
    public World(int seed, GeneratedPlan generated, bool forgets = true)
    {
        _random = new Random(seed);
        _forgetting = new Random(seed);
        _standing = new Random(seed);
        _forgetPercent = forgets ? 10 * _forgetting.Next(4) : 0;
        Name = $"seed {seed}";
        _generated = generated;
        _facts = new ExecutionFacts(new ExecutionId(seed + 1L), "default", "simulated", "simulated", JsonText.EmptyObject, s_start);
        // Folding a whole log to texts costs more than all the rest: some worlds are enough.
        Log = new SimulatedLog(Chance(20) ? 0 : long.MaxValue, keepsStates: seed % 32 == 0);
        _workFails = Chance(60);
        _operators = [new SimulatedOperator(this), new SimulatedOperator(this)];
        _laws = new Laws(this, _generated);
    }

    public string Name { get; }

    public DateTimeOffset Now { get; private set; } = s_start;

    public Intent Intent { get; private set; } = Intent.Run;

    /// <summary>What other executions and the operator's memory leave this one.</summary>
    public Allowance Allowance { get; private set; } = Allowance.Unlimited;

    public SimulatedLog Log { get; }

    public SimulatedCluster Cluster { get; } = new();

    public bool IsUntroubled =>
        Log.State.Phase == ExecutionPhase.Completed && !Log.Events.Any(happened => happened.Error is not null && happened.Type != EventType.CallRetry);

    /// <summary>
    /// How often each step ran and was skipped, when that must follow from the playbook alone: the workflow completed, and nothing failed on the way.
    /// Null otherwise.
    /// </summary>
    public string? Entries =>
        !_generated.IsTimeless || !IsUntroubled
            ? null
            : string.Join(' ', Log.Events.Where(happened => happened.Type is EventType.StepStarted or EventType.StepSkipped)
                .GroupBy(happened => (happened.Step, happened.Type)).Select(entries => $"{entries.Key.Step}:{entries.Key.Type}:{entries.Count()}").Order(StringComparer.Ordinal));

    /// <summary>Runs with faults for so many steps, then without any until the end, which must come.</summary>
    public void Run(int stepsWithFaults)
    {
        for (var i = 0; i < stepsWithFaults && !Log.State.IsTerminal; i++)
        {
            Step();
            if (_forgetting.Next(100) < _forgetPercent) _operators[_forgetting.Next(2)].Forget();
            _laws.Check();
        }

        CalmDown();
        for (var round = 0; !Log.State.IsTerminal; round++)
        {
            Demand(round < MaxCalmRounds, "no end");
            CalmRound();
        }

        PassUndisturbed();
        _laws.CheckEnd();
    }

    /// <summary>Throws with all there is to say when a law does not hold.</summary>
    public void Demand(bool holds, string law)
    {
        if (!holds) throw new LawBrokenException($"{Name}: {law}\n{_generated.Source}\n{StateText.Of(Log.State)}");
    }

    /// <summary>The same, with a text that is only put together when it is needed.</summary>
    public void Demand(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ref LawText law)
    {
        if (!holds) Demand(holds, law.ToString());
    }

    /// <summary>What an operator gets to see whose cache holds this state; null: nothing.</summary>
    public LogReading Read(ExecutionState? cached)
    {
        var reading = Log.ReadSince(cached ?? ExecutionState.Initial);
        if (Log.KeepsStates) Demand(StateText.Of(reading.State) == StateText.Of(Log.State), "what is cached folds to another state");
        return reading;
    }

    public Decisions Decide(ExecutionState state, Observed observed, DateTimeOffset now)
    {
        var decisions = Decider.Decide(_generated.Plan, _facts, state, observed, now);
        if (state.IsTerminal) Demand(decisions.Events.Count == 0 && decisions.Start.Count == 0, "something is created after the end");
        return decisions;
    }

    /// <summary>When workers of pools that are being stopped are waited for no longer; null: nothing is being stopped.</summary>
    public DateTimeOffset? DrainEnds => StoppedAt + TimeSpan.FromSeconds(5);

    /// <summary>Since when nothing new may start but the step of <c>onExit</c>; null: it may.</summary>
    private DateTimeOffset? StoppedAt
    {
        get
        {
            var state = Log.State;
            var since = state.WorkflowEnded ? state.OutcomeAt : state.StartedAt + state.SuspendedFor + _generated.Plan.Limits.MaxDuration;
            return since <= Now ? since : null;
        }
    }

    public void Stop(Delivery delivery) => Delete(delivery, podLingers: !_isCalm && Chance(30));

    private void Step()
    {
        switch (_random.Next(100))
        {
            case < 45:
                if (_operators[0].Step() && Chance(30)) _laws.CheckRest();
                break;
            case < 52:
                _operators[1].Step();
                break;
            case < 54:
                _operators[_random.Next(2)].Kill();
                break;
            case < 88:
                StepAnyWorker();
                break;
            case < 90:
                if (Pick(Cluster.Jobs) is { } job) Delete(job.Delivery, podLingers: Chance(30));
                break;
            case < 93:
                if (_late.Count > 0) Log.Take(_late[_random.Next(_late.Count)], Now);
                if (_lateWords.Count > 0) Hear(_lateWords[_random.Next(_lateWords.Count)]);
                break;
            case < 94:
                ChangeIntent();
                if (Chance(30)) Allowance = Chance(50) ? Allowance.Unlimited : new Allowance(_random.Next(1, 12), _random.Next(4));
                break;
            default:
                Now += TimeSpan.FromMilliseconds(_random.Next(1, 5_000));
                break;
        }
    }

    private void ChangeIntent()
    {
        Intent = _random.Next(20) switch
        {
            0 => Intent with { Cancel = true },
            1 => Intent with { Deleted = true },
            < 6 => Intent with { Suspend = true },
            < 9 => Intent with { Overrides = Override("s1", 1 + _random.Next(6)) },
            _ => Intent with { Suspend = false },
        };
    }

    private ImmutableSortedDictionary<string, JsonElement> Override(string step, int maxParallel)
    {
        _laws.Allow(step, maxParallel);
        return Intent.Overrides.SetItem($"overrides.loops.{step}.maxParallel", JsonText.Write(writer => writer.WriteNumberValue(maxParallel)));
    }

    private void StepAnyWorker()
    {
        var workers = Cluster.Alive.ToList();
        if (workers.Count + Cluster.Pods.Count == 0) return;
        var picked = _random.Next(workers.Count + Cluster.Pods.Count);
        if (picked < workers.Count) StepWorker(workers[picked]);
        else StepPod(Cluster.Pods[picked - workers.Count]);
    }

    private void StepWorker(SimulatedWorker worker)
    {
        switch (worker.Stage)
        {
            case WorkerStage.Born when Chance(4):
            case WorkerStage.Claimed when Chance(8):
                Vanish(worker);
                break;
            case WorkerStage.Born when Log.Claim(worker.Delivery, worker.Number):
                worker.Stage = WorkerStage.Claimed;
                break;
            case WorkerStage.Born:
                Cluster.Exit(worker, Log.IsClaimedByOther(worker.Delivery, worker.Number) ? JobPhase.Failed : JobPhase.Succeeded);
                break;
            case WorkerStage.Claimed:
                Report(worker);
                break;
            default:
                Cluster.Exit(worker, JobPhase.Succeeded);
                break;
        }
    }

    /// <summary>Evicted, out of memory, its Job deleted, or gone without a word; what it had to say may still be on its way.</summary>
    private void Vanish(SimulatedWorker worker)
    {
        if (worker.Stage == WorkerStage.Claimed && Chance(40)) _late.Add(NewReport(worker.Delivery));
        switch (_random.Next(3))
        {
            case 0:
                Cluster.Delete(worker.Delivery, podLingers: Chance(50));
                break;
            case 1:
                Cluster.Exit(worker, JobPhase.Succeeded);
                break;
            default:
                Cluster.Exit(worker, JobPhase.Failed);
                break;
        }
    }

    private void Report(SimulatedWorker worker)
    {
        var report = NewReport(worker.Delivery);
        Log.Take(report, Now);
        worker.Stage = WorkerStage.Reported;
        if (_isCalm || !Chance(15)) return;
        var before = Log.Events.Count;
        Demand(Log.Take(report, Now) != IngestOutcome.Accepted && Log.Events.Count == before, "a report counts twice");
        _late.Add(report);
    }

    private WorkReport NewReport(Delivery delivery)
    {
        var outcome = _random.Next(100) switch { < 10 when _workFails => WorkOutcome.Failed, < 18 => WorkOutcome.Waiting, _ => WorkOutcome.Completed };
        var error = outcome == WorkOutcome.Completed ? null : new WorkError(WorkErrorKind.Http, "503 from the server.", 503, Retryable: true);
        return new WorkReport
        {
            RunId = delivery.Key.RunId,
            Index = delivery.Key.Index,
            Fence = delivery.Fence,
            Outcome = outcome,
            Result = outcome == WorkOutcome.Completed ? JsonText.Write(writer => writer.WriteNumberValue(delivery.Key.Index)) : null,
            Error = error,
            Until = outcome == WorkOutcome.Completed && HasUntil(delivery.Key) ? Chance(30) : null,
            NextAt = outcome == WorkOutcome.Waiting ? Now + TimeSpan.FromSeconds(_random.Next(1, 30)) : null,
            Notes = Chance(20) ? [new WorkNote(EventType.CallRetry, 1, null, new WorkError(WorkErrorKind.Network, "reset"), 100, Now)] : [],
        };
    }

    private bool HasUntil(WorkKey key) => !key.IsCall && _generated.Plan.LoopOf(Log.State.FindRun(key.RunId)?.Step)?.Until is not null;

    private void CalmDown()
    {
        _isCalm = true;
        _late.Clear();
        _lateWords.Clear();
        foreach (var one in _operators) one.Kill();
        Intent = Intent with { Suspend = false };
        Allowance = Allowance.Unlimited;
        // What an ended execution leaves running is for the operator to stop.
        if (Log.State.IsTerminal) return;
        foreach (var worker in Cluster.Alive.ToList()) Cluster.Exit(worker, JobPhase.Failed);
        CalmPods();
    }

    /// <summary>Everybody does what they should; the clock moves only when nobody has anything to do.</summary>
    private void CalmRound()
    {
        CheckDrained();
        var before = Log.Events.Count;
        PassUndisturbed();
        foreach (var worker in Cluster.Alive.ToList())
        {
            if (Log.Claim(worker.Delivery, worker.Number)) Log.Take(NewReport(worker.Delivery), Now);
            Cluster.Exit(worker, JobPhase.Succeeded);
            _laws.Check();
        }

        var pods = Cluster.Changes;
        LetPodsWork();
        if (Log.Events.Count > before || Cluster.Changes > pods || Log.State.IsTerminal) return;
        var due = Log.State.Open.Values.Select(work => work.NextAt).Concat(Log.State.Loops.Values.Select(loop => loop.NextStartAt)).Where(at => at > Now).Min();
        if (Cluster.Pods.Count > 0 && !(due < Now + s_heartbeat)) due = Now + s_heartbeat;
        if (due is null && DrainEnds > Now) due = DrainEnds;
        Demand(due is not null, "stuck");
        Now = due!.Value;
    }

    /// <summary>Whatever stops an execution, it ends within its drain time, whatever its workers do; the clock goes by heartbeats.</summary>
    private void CheckDrained()
    {
        // Resuming moves the deadline.
        if (Log.State.IsTerminal || Log.State.Phase == ExecutionPhase.Suspended || StoppedAt is null)
        {
            _seenStopped = null;
            return;
        }

        // The clock of calm goes from one thing that is due to the next, and may be late at a deadline.
        var since = _seenStopped ??= Now;
        var most = since + Decider.DrainTimeOf(_generated.Plan) + s_heartbeat;
        Demand(Now <= most, $"seen stopped at {since}, and not ended at {Now}");
    }

    private void PassUndisturbed()
    {
        while (!_operators[0].Step()) _laws.Check();
        _laws.CheckRest();
    }

    private T? Pick<T>(IEnumerable<T> items)
        where T : class
    {
        var list = items.ToList();
        return list.Count == 0 ? null : list[_random.Next(list.Count)];
    }

    private bool Chance(int percent) => _random.Next(100) < percent;
}
