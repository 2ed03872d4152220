using System.Text.Json;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>
/// A decision in the making: events are folded into a working copy of the state as they are drafted, so that each rule sees what the rules before it
/// decided. Runs that start in the draft have provisional ids (see <see cref="WorkKey.RunId"/>).
/// </summary>
internal sealed class Draft(
    Plan plan, ExecutionFacts facts, ExecutionState state, Observed observed, DateTimeOffset now, DecidingBounds? bounds = null)
{
    private readonly ExecutionState _before = state;
    private readonly List<ExecutionEvent> _events = [];
    private readonly Dictionary<long, IReadOnlyList<JsonElement>> _collections = [];
    private readonly Dictionary<long, IReadOnlyList<string>> _keys = [];
    private readonly Dictionary<long, JsonElement> _results = [];
    private readonly Dictionary<long, IReadOnlyList<CarriedIteration>> _carried = [];
    private readonly Dictionary<long, FormerLoop> _inherited = [];
    private readonly HashSet<LoopName> _needsFormer = [];
    private readonly List<OpenWork> _stillOpen = [];
    private readonly Dictionary<long, long> _loopsDone = [];
    private readonly HashSet<long> _settled = [];
    private readonly HashSet<long> _needsLoopResults = [];
    private readonly HashSet<WorkKey> _needsLargeResults = [];
    private readonly HashSet<long> _needsAggregates = [];

    public Plan Plan => plan;

    public ExecutionFacts Facts => facts;

    public Observed Observed => observed;

    public DateTimeOffset Now => now;

    public ExecutionState State { get; private set; } = state;

    public int EventCount => _events.Count;

    public DateTimeOffset? WakeAt { get; private set; }

    public EvaluationContext Evaluation { get; } = (bounds ?? DecidingBounds.Default).ContextAt(facts.CreatedAt);

    /// <summary>Its templates have taken so long that it rests with what it has: what follows is decided when that is in the log.</summary>
    public bool Rests => EventCount > 0 && Evaluation.Steps > DecidingBounds.RestAfterSteps;

    /// <summary>The runs of <see cref="State"/> by id and by what they may bring about.</summary>
    public RunIndex Runs { get; } = new(plan.Graph, state);

    /// <summary>A step has failed and nobody took it up: what runs may end, nothing new starts.</summary>
    public bool IsFailing => !State.WorkflowEnded && Runs.Failed.Count > 0;

    public void Append(ExecutionEvent happened)
    {
        var position = -(_events.Count + 1L);
        var drafted = happened with
        {
            CreatedAt = now,
            RunId = happened.Type is EventType.StepStarted or EventType.StepSkipped ? position : happened.RunId,
        };
        _events.Add(drafted);
        State = State.Apply(drafted);
        if (drafted.Type is EventType.StepStarted or EventType.StepSkipped or EventType.StepExit) Runs.Change(State.Steps[drafted.Step!]);
    }

    public void Append(EventType type, StepRun? run = null, JsonElement? context = null, string? error = null, JsonElement? result = null) =>
        Append(new ExecutionEvent
        {
            Type = type,
            Status = type.DefaultStatus(),
            CreatedAt = now,
            Step = run?.Step,
            Epoch = run?.Epoch,
            RunId = run?.RunId,
            Context = context,
            Error = error,
            Result = result,
        });

    /// <summary>The delivery must still stand when this is appended; one that this very draft made is not in the log before.</summary>
    public void Expect(OpenWork work)
    {
        if (_before.Open.TryGetValue(work.Key, out var seen) && seen.Fence == work.Fence) _stillOpen.Add(work);
    }

    /// <summary>Whether this very draft starts the loop.</summary>
    public bool IsNew(LoopState loop) =>
        loop.RunId <= 0 || _events.Any(happened => happened.RunId == loop.RunId && happened.Type == EventType.IteratorStarted);

    /// <summary>The loop must have got this far when this is appended; what this very draft ends is not in the log before.</summary>
    public void ExpectDone(LoopState loop)
    {
        if (IsNew(loop)) return;
        _loopsDone[loop.RunId] = DoneInLog(loop);
        // Results of a pool come in at any time: what the event sums up must be all there will be. So must be what the numbers were summed up of.
        if (loop.Pool is not null || loop.Aggregates is not null) _settled.Add(loop.RunId);
    }

    /// <summary>Iterations that have ended, without those that this draft ends.</summary>
    private long DoneInLog(LoopState loop) => loop.Done - _events
        .Where(happened => happened.RunId == loop.RunId && happened.Type is (EventType.IterationCompleted or EventType.IterationFailed) && happened.Status != EventStatus.Cancelled)
        .Sum(happened => happened.ChunkSize ?? 1L);

    /// <summary>Has the log keep the elements of a loop that starts, with their names where it has a <c>key</c>.</summary>
    public void Snapshot(long runId, IReadOnlyList<JsonElement> elements, IReadOnlyList<string>? keys)
    {
        _collections[runId] = elements;
        if (keys is not null) _keys[runId] = keys;
    }

    /// <summary>Has the log keep the result of a call whose end names it by reference.</summary>
    public void Store(long runId, JsonElement result) => _results[runId] = result;

    public void Carry(long runId, IReadOnlyList<CarriedIteration> iterations) => _carried[runId] = iterations;

    /// <summary>Has the log begin a loop's numbers with those of a former execution.</summary>
    public void Inherit(long runId, FormerLoop former) => _inherited[runId] = former;

    public void NeedFormer(LoopName loop) => _needsFormer.Add(loop);

    public void Wake(DateTimeOffset at) => WakeAt = WakeAt is { } already && already <= at ? already : at;

    public void NeedLoopResults(long runId) => _needsLoopResults.Add(runId);

    public void NeedLargeResult(WorkKey key) => _needsLargeResults.Add(key);

    /// <summary>
    /// What the loop's numbers have come to; null when it has none, or when they must be read first: then nothing that is drafted here is decided.
    /// </summary>
    /// <param name="isCutOff">The loop goes on while it is cut off: figures of a moment ago will do, so that a busy loop can be stopped.</param>
    public LoopAggregates? AggregatesOf(LoopState loop, bool isCutOff)
    {
        if (loop.Aggregates is null) return null;
        if (IsNew(loop)) return LoopAggregates.Empty(loop.Aggregates);
        if (Observed.Aggregates.TryGetValue(loop.RunId, out var known) && (isCutOff || known.Done == DoneInLog(loop))) return known;
        _needsAggregates.Add(loop.RunId);
        return null;
    }

    public StepRun? RunOf(WorkKey key) => Runs.StepOf(key.RunId) is { } step && State.Steps[step] is var run && run.RunId == key.RunId ? run : null;

    /// <summary>An override or limit of the execution, as a number; null when it has none.</summary>
    public double? Override(string field) =>
        State.Overrides.TryGetValue(field, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    /// <summary>A limit of the playbook, which the execution may only tighten; durations in seconds.</summary>
    public double Limit(string name, double ofPlaybook) => Math.Min(ofPlaybook, Override($"limits.{name}") ?? ofPlaybook);

    /// <summary>Set when a step is ready and the log has no room for it.</summary>
    public bool LacksRoom { get; set; }

    /// <summary>Events that may still be written until only the ends of what is open have room in <c>maxEvents</c>.</summary>
    public double EventsLeft
    {
        get
        {
            const int EndOfExecution = 4;
            var ends = (2 * (State.Open.Count + State.Loops.Values.Sum(loop => loop.Leased))) + (2 * Runs.Running.Count) + EndOfExecution;
            var limit = Limit("maxEvents", plan.Limits.MaxEvents) + (State.WorkflowEnded ? ExitRules.MaxEvents : 0);
            return limit - State.LastEventId - _events.Count - ends;
        }
    }

    public Decisions ToDecisions(IReadOnlyList<Delivery> start, IReadOnlyList<Delivery> stop) => _needsAggregates.Count > 0 ? new() { NeedsAggregates = _needsAggregates } : new()
    {
        Events = _events,
        Collections = _collections,
        Results = _results,
        Keys = _keys,
        Carried = _carried,
        Inherited = _inherited,
        NeedsFormer = _needsFormer,
        StillOpen = _stillOpen,
        LoopsDone = _loopsDone,
        Settled = _settled,
        Steps = _events.Count > 0 ? StepProgress.Of(State) : default,
        Start = start,
        Stop = stop,
        WakeAt = WakeAt,
        NeedsLoopResults = _needsLoopResults,
        NeedsLargeResults = _needsLargeResults,
        Warnings = Evaluation.UndefinedConditions,
        Evaluations = Evaluation.Evaluations,
        IsResting = Rests,
    };
}
