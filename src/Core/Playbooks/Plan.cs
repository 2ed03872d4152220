using System.Collections.Immutable;
using System.Text.Json;
using PlaybookOperator.Core.Playbooks.Graphs;
using PlaybookOperator.Core.Playbooks.Schemas;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>
/// A playbook, checked and resolved: nothing downstream checks it again. Immutable, thread-safe, cached by digest.
/// </summary>
public sealed record Plan
{
    public required string Name { get; init; }

    /// <summary>What its author should know although it runs. They go with the plan, so that they are told as long as it is used.</summary>
    public ImmutableArray<Problem> Warnings { get; init; } = [];

    /// <summary>Errors for which a start is refused now, of a playbook that was accepted before (<see cref="PlanCompiler.CompilePinned"/>); empty otherwise.</summary>
    public ImmutableArray<Problem> Refusals { get; init; } = [];

    /// <summary>In the order of the document.</summary>
    public required ImmutableArray<StepPlan> Steps { get; init; }

    /// <summary>Where the workflow begins.</summary>
    public required string StartStep { get; init; }

    public required WorkloadPlan Workload { get; init; }

    /// <summary>Top-level members of the workload that templates read; null where one reads the workload as a whole.</summary>
    public IReadOnlySet<string>? WorkloadReads { get; init; }

    /// <summary><c>spec.schema</c>; null: any workload will do.</summary>
    public WorkloadSchema? Schema { get; init; }

    /// <summary>How long an execution's events are kept after its end.</summary>
    public EventRetention EventRetention { get; init; } = EventRetention.Default;

    public required ImmutableArray<SecretReference> Secrets { get; init; }

    public required PlanLimits Limits { get; init; }

    /// <summary>How results of earlier steps reach workers.</summary>
    public LoadingPlan Loading { get; init; } = LoadingPlan.Default;

    /// <summary><c>spec.worker</c> as written, or null: settings of the worker pods.</summary>
    public JsonElement? Worker { get; init; }

    /// <summary>Steps by name.</summary>
    public required ImmutableDictionary<string, StepPlan> ByName { get; init; }

    /// <summary>The loop of a step; null when it has none, or there is no such step.</summary>
    public LoopPlan? LoopOf(string? step) => step is not null && ByName.TryGetValue(step, out var found) ? found.Loop : null;

    /// <summary>Which step waits for which; without the step of <see cref="OnExit"/>.</summary>
    public required WorkflowGraph Graph { get; init; }

    /// <summary>The step that runs whatever the outcome, after the workflow and outside its graph; null without.</summary>
    public string? OnExit { get; init; }
}

/// <param name="Name">The name that templates use: <c>secret.NAME</c>.</param>
/// <param name="SecretName">The Kubernetes Secret, or null when it is given on the command line.</param>
/// <param name="Key">The key inside it.</param>
public sealed record SecretReference(string Name, string? SecretName, string? Key);

/// <summary><c>spec.limits</c>; each also has a ceiling of the operator, see <see cref="LimitCeilings"/>.</summary>
public sealed record PlanLimits
{
    public static PlanLimits Default { get; } = new();

    /// <summary>Iterations of one loop, at most.</summary>
    public long MaxIterations { get; init; } = 1_000_000;

    /// <summary>From start to end of an execution, suspended time not counted.</summary>
    public TimeSpan MaxDuration { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Iterations executing at once in one execution.</summary>
    public int MaxParallel { get; init; } = 1000;

    public long MaxEvents { get; init; } = 5_000_000;

    /// <summary>Bytes of JSON that a result may have inside its event; larger ones are stored by reference.</summary>
    public long MaxInlineResultBytes { get; init; } = 64 << 10;

    /// <summary>The worker pod's memory limit as a Kubernetes quantity; null: the operator's default.</summary>
    public string? Memory { get; init; }

    /// <summary>No pod of the playbook may have a higher memory limit, wherever the limit comes from. The operator's; null: none.</summary>
    public string? MemoryCeiling { get; init; }
}

/// <summary>One step.</summary>
public sealed record StepPlan
{
    public required string Name { get; init; }

    /// <summary>Path of the step in the document, such as <c>workflow[2]</c>.</summary>
    public required string Field { get; init; }

    /// <summary>Null: a routing step.</summary>
    public TaskPlan? Task { get; init; }

    /// <summary>The task's keys as written: what a worker compiles again. Undefined for a routing step.</summary>
    public JsonElement TaskSource { get; init; }

    public LoopPlan? Loop { get; init; }

    public ImmutableArray<CaseClause> Case { get; init; } = [];

    public ImmutableArray<NextClause> Next { get; init; } = [];

    /// <summary>Rendered after success.</summary>
    public TemplateNode.Mapping? Vars { get; init; }

    /// <summary>Whether the operator runs the task itself: a transform outside loops that names no secret.</summary>
    public required bool RunsInOperator { get; init; }

    /// <summary>All steps that this one may lead to.</summary>
    public IEnumerable<string> Successors =>
        Next.SelectMany(clause => clause.Targets).Concat(Case.SelectMany(clause => clause.Then.Next)).Select(target => target.Step)
            .Distinct(StringComparer.Ordinal);
}

public enum LoopMode
{
    /// <summary>One at a time, in order.</summary>
    Sequential,

    /// <summary>A sliding window.</summary>
    Async,

    /// <summary>A sliding window of calls that get up to <see cref="LoopPlan.Chunk"/> elements each.</summary>
    Chunked,
}

/// <summary>Who runs the iterations of a loop.</summary>
public enum LoopWorkers
{
    /// <summary>Job up to <see cref="LoopPlan.MostByJob"/> iterations, else pool.</summary>
    Auto,

    /// <summary>One Job per iteration.</summary>
    Job,

    /// <summary>One work-queue Job, whose pods lease iterations in batches.</summary>
    Pool,
}

/// <summary>What stays of the iterations of a loop when it has ended; its counters always do.</summary>
public enum LoopCollect
{
    /// <summary>Each one's result, in order of index.</summary>
    Results,

    None,

    /// <summary>Only <see cref="LoopPlan.Aggregates"/>.</summary>
    Aggregates,
}

/// <summary>One name of <c>aggregate</c>.</summary>
/// <param name="Number">Gives a number of an iteration's <c>result</c>, or null, which does not count.</param>
public sealed record AggregatePlan(string Name, TemplateNode Number)
{
    public const int MaxNames = 32;
}

/// <summary><c>loop</c>: turns a step into iterations.</summary>
public sealed record LoopPlan
{
    public required TemplateNode In { get; init; }

    /// <summary>Name of the current element in templates.</summary>
    public required string Iterator { get; init; }

    public required LoopMode Mode { get; init; }

    /// <summary>Iterations executing at once; 1 when sequential.</summary>
    public required int MaxParallel { get; init; }

    /// <summary>Keeps elements for which it is true; null keeps all.</summary>
    public Template? Where { get; init; }

    public ImmutableArray<SortKey> OrderBy { get; init; } = [];

    public TemplateNode? Limit { get; init; }

    public required FailurePolicy FailurePolicy { get; init; }

    public LoopCollect Collect { get; init; }

    /// <summary>False: the values of iterations are not kept.</summary>
    public bool KeepResults => Collect == LoopCollect.Results;

    /// <summary>By name, in ordinal order.</summary>
    public ImmutableArray<AggregatePlan> Aggregates { get; init; } = [];

    /// <summary>Samples from which each aggregate's quantiles are read, at most.</summary>
    public int AggregateSamples { get; init; } = Statistics.Reservoir.DefaultCapacity;

    /// <summary>Elements of one call, at most; null unless <see cref="LoopMode.Chunked"/>.</summary>
    public int? Chunk { get; init; }

    /// <summary>Ends the loop when it is true after a successful iteration; evaluated in the worker. Null unless sequential.</summary>
    public Template? Until { get; init; }

    /// <summary>Calls that may start in a second, above 0; null: as many as the window takes.</summary>
    public double? StartsPerSecond { get; init; }

    /// <summary>Names each iteration stably, for executions that run again what did not succeed; null: the index does.</summary>
    public TemplateNode? Key { get; init; }

    public LoopWorkers Workers { get; init; } = LoopWorkers.Job;

    /// <summary>Pods of a pool, at most.</summary>
    public int PoolSize { get; init; } = 4;

    /// <summary>Iterations per lease; null: as many as take one to two seconds.</summary>
    public int? BatchSize { get; init; }

    /// <summary>With <see cref="LoopWorkers.Auto"/>: longer loops are run by a pool.</summary>
    public const int MostByJob = 50;

    /// <summary>Whether a run over so many elements is run by a pool.</summary>
    public bool IsPooled(long count) => Workers == LoopWorkers.Pool || (Workers == LoopWorkers.Auto && (count + (Chunk ?? 1) - 1) / (Chunk ?? 1) > MostByJob);

    /// <summary>The name under which a call finds what it works on: the element, or the list of a chunk's elements.</summary>
    public string Variable => Chunk is null ? Iterator : Iterator + "s";
}

public sealed record SortKey(Template By, bool Descending);

/// <summary>When a loop with failed iterations counts as failed.</summary>
public abstract record FailurePolicy
{
    private FailurePolicy()
    {
    }

    /// <summary>Whether so many failures of so many iterations fail the loop; nothing new is started then.</summary>
    public abstract bool IsExceeded(long failed, long total);

    public sealed record FailFast : FailurePolicy
    {
        public override bool IsExceeded(long failed, long total) => failed > 0;
    }

    public sealed record CollectAll : FailurePolicy
    {
        public override bool IsExceeded(long failed, long total) => false;
    }

    public sealed record MaxFailed(long Count) : FailurePolicy
    {
        public override bool IsExceeded(long failed, long total) => failed > Count;
    }

    public sealed record MaxFailedPercent(double Percent) : FailurePolicy
    {
        public override bool IsExceeded(long failed, long total) => failed * 100.0 > Percent * total;
    }
}

/// <summary>One entry of <c>case</c>.</summary>
/// <param name="When">Null: <c>else</c>.</param>
public sealed record CaseClause(Template? When, CaseActions Then)
{
    /// <summary>Path in the document, such as <c>workflow[2].case[0]</c>.</summary>
    public string Field { get; init; } = "";

    /// <summary>The events that its condition names.</summary>
    public CaseEvents Events { get; init; }

    /// <summary>Only such an entry can take up a failure; one that is true for other reasons, and <c>else</c>, are meant for success.</summary>
    public bool AsksAboutFailure => Asks(When);

    internal static bool Asks(Template? condition) =>
        condition?.References.Any(reference => reference.Root is "error" or "event" or "status_code") == true;
}

/// <summary>Events that a <c>when</c> asks for by name.</summary>
[Flags]
public enum CaseEvents
{
    None = 0,
    CallDone = 1,
    CallError = 2,

    /// <summary><c>iterator.completed</c> or <c>iterator.failed</c>.</summary>
    Iterator = 4,
}

/// <summary>What a case does.</summary>
public sealed record CaseActions
{
    /// <summary>Empty: the step's own <c>next</c> applies.</summary>
    public ImmutableArray<NextTarget> Next { get; init; } = [];

    public TemplateNode.Mapping? Set { get; init; }

    /// <summary>Replaces the step's result.</summary>
    public TemplateNode? Result { get; init; }

    /// <summary>Fails the step with this text.</summary>
    public TemplateNode? Fail { get; init; }

    /// <summary>Makes the call again, under these bounds.</summary>
    public ErrorRetryPlan? Retry { get; init; }

    /// <summary>Written beside the step's own sink.</summary>
    public SinkPlan? Sink { get; init; }

    /// <summary>Adds a part of the response to what the attempts of this call have collected.</summary>
    public CollectPlan? Collect { get; init; }

    /// <summary>Only a worker can do it: it has the call.</summary>
    public bool NeedsWorker => Retry is not null || Sink is not null || Collect is not null;

    /// <summary>Something is done about an error, beyond trying again.</summary>
    public bool TakesUpErrors => Next.Length > 0 || Set is not null || Result is not null || Sink is not null || Collect is not null;

    public IEnumerable<TemplateReference> References =>
        Next.SelectMany(target => target.Args?.References ?? [])
            .Concat(Set?.References ?? [])
            .Concat(Result?.References ?? [])
            .Concat(Fail?.References ?? [])
            .Concat(Retry?.References ?? [])
            .Concat(Sink?.Settings.References ?? []);
}

/// <summary>One entry of <c>next</c>. Plain targets have neither; of the conditional ones the first true wins.</summary>
/// <param name="When">Null: unconditional, or <c>else</c>.</param>
public sealed record NextClause(Template? When, bool IsElse, ImmutableArray<NextTarget> Targets)
{
    /// <summary>See <see cref="CaseClause.AsksAboutFailure"/>.</summary>
    public bool AsksAboutFailure => CaseClause.Asks(When);
}

public sealed record NextTarget(string Step, TemplateNode.Mapping? Args);
