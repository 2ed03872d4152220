using System.Collections.Immutable;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>What runs for each iteration (or once): render args → call → sink, with retries. Compiled by <see cref="TaskCompiler"/>.</summary>
public sealed record TaskPlan
{
    public required ToolPlan Tool { get; init; }

    /// <summary>Rendered before each call, visible as <c>args.*</c>.</summary>
    public required TemplateNode.Mapping Args { get; init; }

    public required RetryPlan Retry { get; init; }

    public SinkPlan? Sink { get; init; }

    /// <summary>For one attempt; null leaves it to the tool.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The result of a read may be an earlier one; null: every call is made.</summary>
    public CachePlan? Cache { get; init; }

    /// <summary>Asked after a successful iteration: true ends the loop. Null: nobody asks.</summary>
    public Template? Until { get; init; }

    /// <summary>Numbers of each successful iteration, by name in ordinal order.</summary>
    public ImmutableArray<AggregatePlan> Aggregates { get; init; } = [];

    /// <summary>Asked in order after each call whose outcome would stand; the first true entry counts. Empty: the operator asks, or nobody.</summary>
    public ImmutableArray<CaseClause> Case { get; init; } = [];

    /// <summary>The case belongs to the single iteration: all that its entries do is done here. Otherwise <c>result</c>, <c>fail</c>, <c>set</c> and <c>next</c> are the operator's.</summary>
    public bool IsIteration { get; init; }

    /// <summary>The step's <c>vars</c>, which its case may read; null without either.</summary>
    public TemplateNode.Mapping? Vars { get; init; }

    /// <summary>Names of the context that only who makes the call knows (<c>response</c>, <c>args</c> and the like), and that the operator needs in order to let the step leave.</summary>
    public ImmutableArray<string> Reports { get; init; } = [];

    /// <summary>False: the value is not wanted (<c>collect: none</c> or <c>aggregates</c>) and stays in the worker.</summary>
    public bool KeepsResult { get; init; } = true;

    /// <summary>Done by a child execution rather than by a worker.</summary>
    public bool RunsAsChild => Tool.Kind == ToolPlan.Playbook;

    /// <summary>Done by a pod of the user's image, in which there is no worker.</summary>
    public bool RunsAsContainer => Tool.Kind == ToolPlan.Container;

    public IEnumerable<TemplateReference> References =>
        Tool.Settings.References.Concat(Args.References).Concat(Retry.References).Concat(Sink?.Settings.References ?? [])
            .Concat(Until?.References ?? [])
            .Concat(Aggregates.SelectMany(aggregate => aggregate.Number.References))
            .Concat(Vars?.References ?? [])
            .Concat(Case.SelectMany(clause => (clause.When?.References ?? []).Concat(clause.Then.References)));
}

/// <param name="Kind">Such as <c>http</c>; a known tool.</param>
/// <param name="Settings">The tool's keys in camelCase, without <c>kind</c>.</param>
public sealed record ToolPlan(string Kind, TemplateNode.Mapping Settings)
{
    /// <summary>The tool that runs another playbook as a child execution.</summary>
    public const string Playbook = "playbook";

    /// <summary>The tool that runs an image of the user's.</summary>
    public const string Container = "container";
}

/// <param name="Tool"><c>postgres</c> or <c>http</c>.</param>
/// <param name="Settings">The sink's keys in camelCase, without <c>tool</c>: for postgres <c>auth</c>, <c>table</c>, <c>mode</c>, <c>key</c>, <c>data</c>, or <c>statement</c> and <c>params</c>.</param>
public sealed record SinkPlan(string Tool, TemplateNode.Mapping Settings);

/// <param name="OnError">Null: a failed attempt is final.</param>
/// <param name="OnSuccess">Null: one call, no pages.</param>
public sealed record RetryPlan(ErrorRetryPlan? OnError, PaginationPlan? OnSuccess)
{
    public static RetryPlan None { get; } = new(null, null);

    public IEnumerable<TemplateReference> References => (OnError?.References ?? []).Concat(OnSuccess?.References ?? []);
}

/// <summary><c>retry.on_error</c>.</summary>
public sealed record ErrorRetryPlan
{
    /// <summary>Evaluated after a failed attempt; null: the rule for errors without <c>when</c>.</summary>
    public Template? When { get; init; }

    public Template? StopWhen { get; init; }

    /// <summary>Includes the first try; at least 1.</summary>
    public int MaxAttempts { get; init; } = 3;

    public TimeSpan InitialDelay { get; init; } = TimeSpan.FromSeconds(1);

    public double BackoffMultiplier { get; init; } = 2;

    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Multiply each delay by a random factor of 0.5 to 1.5.</summary>
    public bool Jitter { get; init; } = true;

    /// <summary>HTTP statuses that are retried, and no others, when not empty.</summary>
    public ImmutableArray<int> RetryableStatusCodes { get; init; } = [];

    public IEnumerable<TemplateReference> References => (When?.References ?? []).Concat(StopWhen?.References ?? []);
}

/// <summary><c>retry.on_success</c>: fetch page after page.</summary>
public sealed record PaginationPlan
{
    /// <summary>Evaluated after each page; true fetches the next. An error in it stops, with a warning counted.</summary>
    public required Template While { get; init; }

    /// <summary>Pages including the first; at least 1.</summary>
    public int MaxAttempts { get; init; } = 100;

    /// <summary>What it means when <see cref="While"/> still asks for another page after the last one that may be fetched.</summary>
    public PageLimit OnLimit { get; init; }

    /// <summary>Members <c>params</c>, <c>headers</c>, <c>url</c>, <c>body</c>, merged over the previous request; null: count up <c>page</c> or <c>offset</c>.</summary>
    public TemplateNode.Mapping? NextCall { get; init; }

    public CollectPlan Collect { get; init; } = new(CollectStrategy.Append, [], "pages");

    /// <summary>Written after each page, before the next is fetched; null: none.</summary>
    public SinkPlan? PerPageSink { get; init; }

    public IEnumerable<TemplateReference> References =>
        While.References.Concat(NextCall?.References ?? []).Concat(PerPageSink?.Settings.References ?? []);
}

public enum PageLimit
{
    /// <summary>The pages that there are become the result, which says that it is not all.</summary>
    Warn,

    /// <summary>The call fails.</summary>
    Fail,
}

public enum CollectStrategy
{
    /// <summary>Lists are joined; anything else is appended as one element.</summary>
    Append,

    /// <summary>Only the last page's value stays.</summary>
    Replace,

    /// <summary>Maps are merged shallowly, later pages win.</summary>
    Merge,
}

/// <param name="Path">Keys from the response body to the value; empty: the body itself.</param>
/// <param name="Into">Second name of the collected value in this step's templates.</param>
public sealed record CollectPlan(CollectStrategy Strategy, ImmutableArray<string> Path, string Into);
