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

    /// <summary>In the order of the document.</summary>
    public required ImmutableArray<StepPlan> Steps { get; init; }

    /// <summary>Where the workflow begins.</summary>
    public required string StartStep { get; init; }

    public required WorkloadPlan Workload { get; init; }

    /// <summary><c>spec.schema</c>; null: any workload will do.</summary>
    public WorkloadSchema? Schema { get; init; }

    /// <summary>How long an execution's events are kept after its end.</summary>
    public EventRetention EventRetention { get; init; } = EventRetention.Default;

    public required ImmutableArray<SecretReference> Secrets { get; init; }

    public required PlanLimits Limits { get; init; }

    /// <summary><c>spec.worker</c> as written, or null: settings of the worker pods.</summary>
    public JsonElement? Worker { get; init; }

    /// <summary>Steps by name.</summary>
    public required ImmutableDictionary<string, StepPlan> ByName { get; init; }

    /// <summary>Which step waits for which; without the step of <see cref="OnExit"/>.</summary>
    public required WorkflowGraph Graph { get; init; }

    /// <summary>The step that runs whatever the outcome, after the workflow and outside its graph; null without.</summary>
    public string? OnExit { get; init; }
}

/// <param name="Name">The name that templates use: <c>secret.NAME</c>.</param>
/// <param name="SecretName">The Kubernetes Secret, or null when it is given on the command line.</param>
/// <param name="Key">The key inside it.</param>
public sealed record SecretReference(string Name, string? SecretName, string? Key);

/// <summary><c>spec.limits</c>; each also has a ceiling of the operator.</summary>
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
    Sequential,
    Async,
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

    /// <summary>False: the values of iterations are not kept (<c>collect: none</c>).</summary>
    public bool KeepResults { get; init; } = true;
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
public sealed record CaseClause(Template? When, CaseActions Then);

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
}

/// <summary>One entry of <c>next</c>. Plain targets have neither; of the conditional ones the first true wins.</summary>
/// <param name="When">Null: unconditional, or <c>else</c>.</param>
public sealed record NextClause(Template? When, bool IsElse, ImmutableArray<NextTarget> Targets);

public sealed record NextTarget(string Step, TemplateNode.Mapping? Args);
