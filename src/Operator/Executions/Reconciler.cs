using System.Collections.Immutable;
using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Deciding;
using PlaybookOperator.Core.Governing;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.EventLog;
using PlaybookOperator.EventLog.Writing;
using PlaybookOperator.Operator.Governing;

namespace PlaybookOperator.Operator.Executions;

/// <summary>What a pass left behind.</summary>
/// <param name="Header">The execution as read last.</param>
/// <param name="State">Its state after the pass.</param>
/// <param name="WakeAt">When to pass again although nothing happened; null: when woken.</param>
public sealed record PassResult(ExecutionHeader Header, ExecutionState State, DateTimeOffset? WakeAt)
{
    /// <summary>The playbook as it was pinned.</summary>
    public required Plan Plan { get; init; }

    /// <summary>Conditions in what was decided that met an undefined name and so were false.</summary>
    public long Warnings { get; init; }
}

/// <summary>
/// One pass over one execution: observe → read → decide → append → act. It knows nothing of playbooks; whatever it is told twice, and wherever it is
/// killed, the next pass comes to the same end.
/// </summary>
/// <remarks>Thread-safe; two passes over the same execution fence each other by the log's version.</remarks>
public sealed class Reconciler(
    IEventLog log, IEventReader reader, PlanSource plans, StateCache states, IWorkers workers, TimeProvider time, Allowances? allowances = null)
{
    /// <summary>Appends and reads in one pass, at most: more means that deciding does not come to rest.</summary>
    private const int MaxRounds = 100;

    /// <summary>Steps of a short decision: some tens of milliseconds.</summary>
    private const long ShortSteps = 250_000;

    private static readonly TemplateOptions s_templates = TemplateOptions.Default with { MaxDuration = TimeSpan.FromSeconds(10) };

    /// <summary>Values of loops that one template may have the operator load.</summary>
    private const int MaxLoadedResults = 1_000_000;

    /// <param name="id">The execution; it must exist in the log.</param>
    /// <param name="intent">What its resource asks for.</param>
    /// <param name="cancellationToken">Ends the pass between two steps, and in a decision that takes long.</param>
    /// <exception cref="StateLostException">The log does not know the execution, or its playbook version.</exception>
    public Task<PassResult> PassAsync(ExecutionId id, Intent intent, CancellationToken cancellationToken) =>
        PassAsync(id, intent, DecidingPlace.Here, cancellationToken, cancellationToken);

    /// <summary>The same, with a say in where and how long decisions may take.</summary>
    /// <param name="stop">Ends a decision that takes long, and nothing else: what is decided is appended and done.</param>
    /// <exception cref="DecisionTooLongException">With <see cref="DecidingPlace.HereIfShort"/>: a decision takes longer. Nothing of it was done.</exception>
    public async Task<PassResult> PassAsync(ExecutionId id, Intent intent, DecidingPlace place, CancellationToken stop, CancellationToken cancellationToken)
    {
        var pass = new Pass { Place = place, Stop = stop, Observed = Observed.Nothing with { Intent = intent, Jobs = workers.Observe(id) } };
        await ReadAsync(id, pass, cancellationToken);
        var plan = await plans.GetAsync(pass.Header.Playbook, pass.Header.Digest, cancellationToken);
        Decisions decisions;
        try
        {
            decisions = await SettleAsync(plan, pass, cancellationToken);
        }
        catch (Exception failure) when (plan.Refusals.Length > 0 && IsOfProgram(failure))
        {
            // The rules rely on what the compiler has checked. Trying again would fail for ever.
            throw new StateLostException($"The pinned version of '{plan.Name}' does not run here: {string.Join("; ", plan.Refusals)}", failure) { Reason = StateLostException.Refused };
        }

        if (!pass.State.IsTerminal && pass.Left != pass.Header.Allowance) await log.SaveAllowanceAsync(id, pass.Left, cancellationToken);
        await ActAsync(plan, pass, decisions, cancellationToken);
        states.Put(id, pass.State);
        return new PassResult(pass.Header, pass.State, pass.WakeAt is { } due && !(decisions.WakeAt < due) ? due : decisions.WakeAt) { Plan = plan, Warnings = pass.Warnings };
    }

    /// <summary>
    /// Ends an execution that lacks what it rests on (<see cref="StateLostException"/>): its terminal event, and the end of its workers. Null when the
    /// log does not know it.
    /// </summary>
    public async Task<(ExecutionHeader Header, ExecutionState State)?> AbandonAsync(ExecutionId id, StateLostException lost, CancellationToken cancellationToken)
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            var pass = new Pass { Observed = Observed.Nothing with { Jobs = workers.Observe(id) } };
            // From the log alone: what is kept may be what does not fit.
            if (await reader.ReadAsync(id, 0, cancellationToken) is not { } snapshot) return null;
            pass.Take(snapshot, ExecutionState.Initial);
            var decisions = Decider.Abandon(FactsOf(pass.Header), pass.State, pass.Observed, lost.Message, lost.Reason, time.GetUtcNow());
            if (decisions.Events.Count > 0)
            {
                await log.AppendAsync(id, BatchOf(pass.Header, decisions), cancellationToken);
                continue;
            }

            if (decisions.Stop.Count > 0) await workers.StopAsync(pass.Header, decisions.Stop, cancellationToken);
            states.Put(id, pass.State);
            return (pass.Header, pass.State);
        }

        throw new InvalidOperationException($"Execution {id} could not be ended in {MaxRounds} attempts: something else is written to its log all the time.");
    }

    /// <summary>The state as of now, for those who only look.</summary>
    /// <exception cref="StateLostException">Its playbook version is not in the log, or cannot be read here.</exception>
    public async Task<(ExecutionHeader Header, ExecutionState State, Plan Plan)?> LookAsync(ExecutionId id, CancellationToken cancellationToken)
    {
        if (await ReadStateAsync(id, cancellationToken) is not var (header, state)) return null;
        return (header, state, await plans.GetAsync(header.Playbook, header.Digest, cancellationToken));
    }

    /// <summary>How an execution's playbook has results loaded; the default where the playbook cannot be read here.</summary>
    public async Task<LoadingPlan> LoadingOfAsync(ExecutionHeader header, CancellationToken cancellationToken)
    {
        try
        {
            return (await plans.GetAsync(header.Playbook, header.Digest, cancellationToken)).Loading;
        }
        catch (StateLostException)
        {
            return LoadingPlan.Default;
        }
    }

    /// <summary>The same without the plan.</summary>
    public async Task<(ExecutionHeader Header, ExecutionState State)?> ReadStateAsync(ExecutionId id, CancellationToken cancellationToken)
    {
        var cached = states.Get(id);
        var snapshot = await reader.ReadAsync(id, cached?.LastEventId ?? 0, cancellationToken);
        return snapshot is null ? null : (snapshot.Header, snapshot.ToState(cached ?? ExecutionState.Initial));
    }

    /// <summary>Whether the program, and not the world, is what does not agree with the plan.</summary>
    private static bool IsOfProgram(Exception failure) =>
        failure is NullReferenceException or KeyNotFoundException or InvalidOperationException or ArgumentException or IndexOutOfRangeException;

    public static ExecutionFacts FactsOf(ExecutionHeader header) =>
        new(header.Id, header.Namespace, header.Name, header.Playbook, header.Workload, header.CreatedAt) { RetryOf = header.RetryOf };

    /// <summary>Decides and appends until there is nothing more to append.</summary>
    private async Task<Decisions> SettleAsync(Plan plan, Pass pass, CancellationToken cancellationToken)
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            pass.Observed = pass.Observed with { Allowance = Share(plan, pass) };
            var decisions = await DecideAsync(plan, pass);
            plans.CountUses(decisions.Evaluations);
            if (decisions.IsTooLong) throw new DecisionTooLongException(pass.Header.Id);
            if (decisions.Events.Count > 0)
            {
                await AppendAsync(pass, decisions, cancellationToken);
                pass.Warnings += decisions.Warnings;
                if (decisions.IsResting && !pass.State.IsTerminal) return new Decisions { WakeAt = time.GetUtcNow() };
            }
            else if (decisions.NeedsMore) await LoadAsync(plan, pass, decisions, cancellationToken);
            else return decisions;
        }

        throw new InvalidOperationException($"Execution {pass.Header.Id} does not come to rest after {MaxRounds} decisions.");
    }

    /// <summary>Templates have bounds in steps; the time is for the little that steps cannot tell.</summary>
    private async Task<Decisions> DecideAsync(Plan plan, Pass pass)
    {
        var started = time.GetTimestamp();
        var bounds = new DecidingBounds
        {
            Stop = pass.Stop,
            PauseAfterSteps = pass.Place == DecidingPlace.HereIfShort ? ShortSteps : null,
            Elapsed = () => time.GetElapsedTime(started),
            Templates = s_templates,
        };
        Decisions Decide() => Decider.Decide(plan, FactsOf(pass.Header), pass.State, pass.Observed, time.GetUtcNow(), bounds);
        return pass.Place == DecidingPlace.OwnThread
            ? await Task.Factory.StartNew(Decide, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default)
            : Decide();
    }

    /// <summary>What the execution may have, as wide as it is now.</summary>
    private Allowance Share(Plan plan, Pass pass)
    {
        if (allowances is null) return Allowance.Unlimited;
        var (id, space) = (pass.Header.Id, pass.Header.Namespace);
        var width = Decider.WidthOf(plan, FactsOf(pass.Header), pass.State, time.GetUtcNow());
        allowances.Note(id, space, width);
        var left = allowances.Of(id, space);
        // No wider than it is: what the others leave changes all the time, and is nothing to write down while it is enough.
        pass.Left = width > left.MaxParallel || left.Halvings > 0 ? left with { MaxParallel = Math.Min(left.MaxParallel, Math.Max(1, width)) } : null;
        return left;
    }

    /// <summary>Observes and reads until nothing that was observed is left to be told to the log.</summary>
    private async Task ReadAsync(ExecutionId id, Pass pass, CancellationToken cancellationToken)
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            await ReadOnceAsync(id, pass, cancellationToken);
            var plan = await plans.GetAsync(pass.Header.Playbook, pass.Header.Digest, cancellationToken);
            var settlement = await workers.SettleAsync(new WorkOrder(pass.Header, plan, pass.State, []), pass.Observed.Jobs, cancellationToken);
            pass.Take(settlement);
            if (!settlement.Reported) return;
        }
    }

    private async Task ReadOnceAsync(ExecutionId id, Pass pass, CancellationToken cancellationToken)
    {
        // Jobs first, then the log: a Job that is seen finished has its result in what is read now, or has none.
        pass.Observed = pass.Observed with { Jobs = workers.Observe(id) };
        var before = pass.HasState ? pass.State : states.Get(id) ?? ExecutionState.Initial;
        var snapshot = await reader.ReadAsync(id, before.LastEventId, cancellationToken)
            ?? throw new StateLostException($"Execution {id} is not in the database.");
        pass.Take(snapshot, before);
    }

    private async Task AppendAsync(Pass pass, Decisions decisions, CancellationToken cancellationToken)
    {
        var result = await log.AppendAsync(pass.Header.Id, BatchOf(pass.Header, decisions), cancellationToken);
        switch (result)
        {
            case AppendResult.Appended appended when appended.FirstEventId == pass.State.LastEventId + 1:
                pass.Fold(decisions.Events, appended);
                break;
            case AppendResult.Appended or AppendResult.VersionConflict or AppendResult.ConditionFailed or AppendResult.Closed:
                // Something was written in between: look again.
                await ReadAsync(pass.Header.Id, pass, cancellationToken);
                break;
            default:
                throw new StateLostException($"Execution {pass.Header.Id} is no longer in the database.");
        }
    }

    private static AppendBatch BatchOf(ExecutionHeader header, Decisions decisions) => new(header.Version, decisions.Events)
    {
        Collections = decisions.Collections,
        Results = decisions.Results,
        Steps = decisions.Steps,
        StillOpen = decisions.StillOpen,
        Keys = decisions.Keys,
        Carried = decisions.Carried,
        Inherited = decisions.Inherited,
        Loops = [.. decisions.LoopsDone.Select(done => new LoopCondition(done.Key, done.Value, decisions.Settled.Contains(done.Key)))],
    };

    private async Task LoadAsync(Plan plan, Pass pass, Decisions decisions, CancellationToken cancellationToken)
    {
        if (decisions.NeedsAggregates.Count > 0)
        {
            await SumUpAsync(pass, decisions.NeedsAggregates, cancellationToken);
            return;
        }

        var loops = pass.Observed.LoopResults.ToDictionary(pair => pair.Key, pair => pair.Value);
        foreach (var run in decisions.NeedsLoopResults)
            loops[run] = await LoopResults.ReadAsync(reader, pass.Header.Id, run, plan.LoopOf(pass.State.FindRun(run)?.Step), MaxLoadedResults, cancellationToken);
        var large = pass.Observed.LargeResults.ToDictionary(pair => pair.Key, pair => pair.Value);
        foreach (var key in decisions.NeedsLargeResults)
        {
            large[key] = await reader.ReadResultAsync(pass.Header.Id, key, cancellationToken)
                ?? throw new StateLostException($"The result of run {key.RunId} of execution {pass.Header.Id} is not in the database.");
        }

        var former = pass.Observed.Former.ToDictionary(pair => pair.Key, pair => pair.Value);
        foreach (var loop in decisions.NeedsFormer)
            former[loop] = await FormerLoops.ReadAsync(reader, pass.Header.RetryOf!.Value, loop, MaxLoadedResults, cancellationToken);
        pass.Observed = pass.Observed with { LoopResults = loops, LargeResults = large, Former = former };
    }

    /// <summary>A loop that goes on while it is read gets another look, until its count and its numbers are of one moment.</summary>
    private async Task SumUpAsync(Pass pass, IReadOnlySet<long> runs, CancellationToken cancellationToken)
    {
        var sums = pass.Observed.Aggregates.ToDictionary(pair => pair.Key, pair => pair.Value);
        foreach (var run in runs)
        {
            sums[run] = await reader.ReadAggregatesAsync(pass.Header.Id, run, cancellationToken)
                ?? throw new StateLostException($"The aggregates of run {run} of execution {pass.Header.Id} are not in the database.");
        }

        pass.Observed = pass.Observed with { Aggregates = sums };
        if (runs.Any(run => sums[run].Done != pass.State.Loops[run].Done)) await ReadAsync(pass.Header.Id, pass, cancellationToken);
    }

    private async Task ActAsync(Plan plan, Pass pass, Decisions decisions, CancellationToken cancellationToken)
    {
        if (decisions.Stop.Count > 0) await workers.StopAsync(pass.Header, decisions.Stop, cancellationToken);
        if (decisions.Start.Count > 0)
            await workers.StartAsync(new WorkOrder(pass.Header, plan, pass.State, decisions.Start), cancellationToken);
    }

    /// <summary>What one pass knows; it changes as the pass goes on.</summary>
    private sealed class Pass
    {
        public DecidingPlace Place { get; init; }

        public CancellationToken Stop { get; init; }

        private ExecutionHeader? _header;
        private ExecutionState? _state;

        public ExecutionHeader Header => _header!;

        /// <summary>What other replicas are to go by.</summary>
        public Allowance? Left { get; set; }

        public ExecutionState State => _state!;

        public bool HasState => _state is not null;

        public required Observed Observed { get; set; }

        public long Warnings { get; set; }

        /// <summary>When an observation is due to be made again; null: when woken.</summary>
        public DateTimeOffset? WakeAt { get; private set; }

        public void Take(Settlement settlement)
        {
            WakeAt = settlement.WakeAt;
            if (settlement.Unsettled.Count == 0) return;
            Observed = Observed with
            {
                Jobs = Observed.Jobs.ToDictionary(pair => pair.Key, pair => settlement.Unsettled.Contains(pair.Key) ? JobPhase.Active : pair.Value),
            };
        }

        public void Take(ExecutionSnapshot snapshot, ExecutionState before)
        {
            _header = snapshot.Header;
            _state = snapshot.ToState(before);
            Observed = Observed with
            {
                Claimed = snapshot.Open.Where(row => row.Claimed).Select(row => new Delivery(row.Work.Key, row.Work.Fence)).ToImmutableHashSet(),
            };
        }

        public void Fold(IReadOnlyList<ExecutionEvent> events, AppendResult.Appended appended)
        {
            for (var i = 0; i < events.Count; i++)
                _state = State.Apply(Numbering.Number(events[i], appended.FirstEventId - 1, i + 1));
            _header = Header with { Version = appended.Version, LastEventId = State.LastEventId, Phase = State.Phase };
        }
    }
}
