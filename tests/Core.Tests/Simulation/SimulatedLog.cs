using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Pools;
using PlaybookOperator.Core.Statistics;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Core.Tests.Simulation;

/// <summary>What one read of the log gives.</summary>
internal sealed record LogReading(ExecutionState State, long Version, IReadOnlySet<Delivery> Claimed);

/// <summary>A log with the promises that the core rests on: dense ids, versioned and conditional appends, first report wins, durable first claim.</summary>
internal sealed class SimulatedLog(long inlineLimitBytes, bool keepsStates = false)
{
    private readonly List<ExecutionEvent> _events = [];
    private readonly List<string> _states = [];
    private readonly Dictionary<WorkKey, int> _claims = [];
    private readonly Dictionary<WorkKey, JsonElement?> _results = [];
    private readonly Dictionary<long, ExecutionEvent> _runs = [];
    private readonly Dictionary<long, long> _totals = [];
    private readonly Dictionary<long, PoolLedger> _ledgers = [];
    private readonly List<WorkReport> _summed = [];

    public IReadOnlyList<ExecutionEvent> Events => _events;

    /// <summary>The state after each event, as text; empty unless they are kept.</summary>
    public IReadOnlyList<string> States => _states;

    public bool KeepsStates => keepsStates;

    public ExecutionState State { get; private set; } = ExecutionState.Initial;

    public long Version { get; private set; }

    public LogReading Read() => new(State, Version, State.Open.Values.Where(work => _claims.ContainsKey(work.Key)).Select(work => new Delivery(work.Key, work.Fence)).ToHashSet());

    /// <summary>The same for one who holds the fold up to some event: it gets the skeleton's events since, and rows of loops and of open work.</summary>
    public LogReading ReadSince(ExecutionState before)
    {
        var folded = before.Apply(_events.Skip((int)before.LastEventId).Where(happened => happened.IsSkeleton));
        var loops = State.Loops.Values.Select(row => KeyValuePair.Create(row.RunId, InPlace(row, folded.Loops[row.RunId])));
        return Read() with { State = folded with { LastEventId = State.LastEventId, Loops = folded.Loops.SetItems(loops), Open = State.Open } };
    }

    /// <summary>What never changes about a loop stands in its first event; the rest is its row.</summary>
    private static LoopState InPlace(LoopState row, LoopState begun) =>
        row with { Chunk = begun.Chunk, Carried = begun.Carried, Pool = begun.Pool, Aggregates = begun.Aggregates };

    /// <summary>The id of the first event, or null when the append is refused.</summary>
    public long? Append(long expectedVersion, Decisions decisions)
    {
        if (State.IsTerminal || expectedVersion != Version || !Holds(decisions)) return null;
        var before = State.LastEventId;
        foreach (var (run, result) in decisions.Results) _results[new WorkKey(run < 0 ? before - run : run, WorkKey.Call)] = result;
        for (var i = 0; i < decisions.Events.Count; i++) Add(Number(decisions.Events[i], before, i + 1));
        Version++;
        return before + 1;
    }

    /// <summary>What a pod is told whose loop has ended.</summary>
    public static PoolAnswer LoopIsOver(PoolTurn turn) => new() { Outcomes = [.. turn.Reports.Select(_ => IngestOutcome.Duplicate)], Stop = true, Leave = true };

    /// <summary>Whether the ledger still counts on what was handed out with this lease.</summary>
    public bool IsLeased(long run, LeasedIndex one) => _ledgers.TryGetValue(run, out var ledger)
        && ledger.Leases.Any(lease => lease.Id == one.Lease && lease.Open.Any(part => part.Lo <= one.Index && one.Index < part.Hi));

    /// <summary>Takes in what a worker of a loop's pool says.</summary>
    public PoolAnswer Lease(PoolTurn turn, PoolSettings settings, DateTimeOffset now)
    {
        var run = settings.Loop.RunId;
        if (!_ledgers.TryGetValue(run, out var ledger)) return LoopIsOver(turn);
        var step = PoolRules.Apply(ledger, State.Loops[run], settings, [turn], now);
        foreach (var (report, size) in step.Accepted.Concat(step.Lost))
        {
            var loop = State.Loops[run];
            var before = State.LastEventId;
            var position = 0;
            if (report.Outcome == WorkOutcome.Completed) _results[report.Key] = report.Result;
            foreach (var happened in Ingest.ToEvents(report, loop.Step, loop.Epoch, now, inlineLimitBytes, size))
                Add(Number(happened, before, ++position));
        }

        _summed.AddRange(step.Accepted.Select(accepted => accepted.Report).Where(report => report.Numbers is not null));
        _ledgers[run] = step.Ledger;
        State = State with { Loops = State.Loops.SetItem(run, State.Loops[run] with { Leased = step.Ledger.Leased }) };
        return step.Answers[0];
    }

    public IngestOutcome Take(WorkReport report, DateTimeOffset now)
    {
        var outcome = Ingest.Judge(State, report);
        if (outcome != IngestOutcome.Accepted) return outcome;
        var run = _runs[report.RunId];
        var before = State.LastEventId;
        var position = 0;
        if (report.Outcome == WorkOutcome.Completed) _results[report.Key] = report.Result;
        if (report.Numbers is not null) _summed.Add(report);
        foreach (var happened in Ingest.ToEvents(report, run.Step!, run.Epoch!.Value, now, inlineLimitBytes, State.Open[report.Key].Size)) Add(Number(happened, before, ++position));
        return outcome;
    }

    /// <summary>Whether this worker may do this delivery. A claim is kept until the delivery is replaced.</summary>
    public bool Claim(Delivery delivery, int worker)
    {
        if (!State.Open.TryGetValue(delivery.Key, out var open) || open.Fence != delivery.Fence || open.NextAt is not null) return false;
        return _claims.TryAdd(delivery.Key, worker) || _claims[delivery.Key] == worker;
    }

    public bool IsClaimedByOther(Delivery delivery, int worker) =>
        State.Open.TryGetValue(delivery.Key, out var open) && open.Fence == delivery.Fence && _claims.TryGetValue(delivery.Key, out var other) && other != worker;

    public IReadOnlyList<JsonElement?> ResultsOf(long run) =>
        [.. Enumerable.Range(0, (int)_totals.GetValueOrDefault(run)).Select(index => _results.GetValueOrDefault(new WorkKey(run, index)))];

    public LoopAggregates AggregatesOf(long run)
    {
        var book = State.Loops[run].Aggregates!;
        var sums = LoopAggregates.Empty(book).Of.ToArray();
        foreach (var report in _summed.Where(report => report.RunId == run))
        {
            for (var i = 0; i < sums.Length; i++)
            {
                if (report.Numbers![i] is not { } number) continue;
                sums[i].Samples.Offer(new Sample(SampleHash.Of(7, run, report.Index), number));
                sums[i] = sums[i] with { Stats = sums[i].Stats.Add(number) };
            }
        }

        return new LoopAggregates(State.Loops[run].Done, sums);
    }

    public JsonElement ResultOf(WorkKey key) => _results[key]!.Value;

    /// <summary>Gives an event of a batch its id and its real run.</summary>
    public static ExecutionEvent Number(ExecutionEvent happened, long before, int position) => happened with
    {
        EventId = before + position,
        RunId = happened.Type == EventType.StepStarted ? before + position : happened.RunId is < 0 ? before - happened.RunId : happened.RunId,
    };

    private bool Holds(Decisions decisions) =>
        decisions.StillOpen.All(seen => State.Open.TryGetValue(seen.Key, out var open) && open.Fence == seen.Fence)
        && decisions.LoopsDone.All(seen => State.Loops.TryGetValue(seen.Key, out var loop)
            && (decisions.Settled.Contains(seen.Key) ? loop.Done == seen.Value : loop.Done >= seen.Value));

    private void Add(ExecutionEvent happened)
    {
        _events.Add(happened);
        State = State.Apply(happened);
        if (keepsStates) _states.Add(StateText.Of(State));
        if (happened.Type == EventType.StepStarted) _runs[happened.EventId] = happened;
        if (happened.Type == EventType.IteratorStarted && State.Loops[happened.RunId!.Value].Pool is not null) _ledgers[happened.RunId.Value] = PoolLedger.Empty;
        if (happened.Type is EventType.IteratorCompleted or EventType.IteratorFailed) _ledgers.Remove(happened.RunId!.Value);
        if (happened.Type == EventType.IteratorStarted) _totals[happened.RunId!.Value] = State.Loops[happened.RunId.Value].Total;
        if (happened.Work is not { } key) return;
        if (happened.Type is EventType.CallStarted or EventType.IterationStarted || !State.Open.ContainsKey(key)) _claims.Remove(key);
    }
}
