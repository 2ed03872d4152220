using System.Collections.Frozen;
using System.Collections.Immutable;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>The keys of a playbook whose templates see the same of a step. A name that does not apply in a place is null there.</summary>
[Flags]
public enum ContextPlaces
{
    None = 0,

    /// <summary><c>loop.in</c>, <c>where</c>, <c>orderBy</c>, <c>limit</c>, <c>key</c>: before the loop has an iteration.</summary>
    Loop = 1,

    /// <summary><c>args</c> and the keys of <c>tool</c>: before the call.</summary>
    Request = 2,

    /// <summary><c>while</c> and <c>next_call</c>: after a page.</summary>
    Page = 4,

    /// <summary><c>when</c> and <c>stop_when</c> of <c>retry.on_error</c>: after a failed attempt.</summary>
    Retry = 8,

    /// <summary><c>sink</c>, also that of each page.</summary>
    Sink = 16,

    /// <summary>Entries of <c>case</c> inside a loop, <c>until</c>, <c>aggregate</c>: after an iteration's call.</summary>
    Iteration = 32,

    /// <summary><c>vars</c>, <c>case</c>, <c>next</c> of a step without loop.</summary>
    Leave = 64,

    /// <summary><c>vars</c>, <c>case</c>, <c>next</c> of a loop.</summary>
    LeaveLoop = 128,

    Call = Request | Page | Retry | Sink | Iteration,
    All = Loop | Call | Leave | LeaveLoop,
}

/// <summary>What else must hold for a name to have a value in a place where it applies.</summary>
public enum ContextCondition
{
    None,

    /// <summary>Only in the templates of a loop's iterations.</summary>
    InIterations,

    /// <summary>Only for tools that a worker runs.</summary>
    OfWorkers,

    /// <summary>Only after an answer over HTTP.</summary>
    OfHttp,

    /// <summary>Only with pages, or a <c>case</c> that collects.</summary>
    OfCollecting,

    /// <summary>Only after success.</summary>
    AfterSuccess,

    /// <summary>Only after a failure; in the step of <c>onExit</c> also where the workflow failed or was cancelled.</summary>
    AfterFailure,
}

/// <summary>One name that templates find bound by the system.</summary>
/// <param name="Name">The root of a path in a template.</param>
/// <param name="Meaning">What it is, as the page of the language tells it.</param>
/// <param name="Places">Where it applies.</param>
/// <param name="Condition">When it applies there.</param>
public sealed record ContextName(string Name, string Meaning, ContextPlaces Places, ContextCondition Condition = ContextCondition.None)
{
    /// <summary>A map that is empty, rather than null, where nothing was given.</summary>
    public bool IsMap { get; init; }
}

/// <summary>
/// The names of the context: one table for the compiler's check of names, the operator's and the workers' templates, and the page of the language. The
/// names of steps, of a loop's element and of what <c>collect.into</c> gathers come from the playbook.
/// </summary>
public static class ContextNames
{
    public const string Secret = "secret";

    public static ImmutableArray<ContextName> Table { get; } =
    [
        new("workload", "the playbook's workload with the execution's own over it", ContextPlaces.All),
        new("args", "the arguments that `next` handed over, with the step's own `args` over them", ContextPlaces.All) { IsMap = true },
        new("vars", "what steps have set by `vars` and `set`", ContextPlaces.All) { IsMap = true },
        new(Secret, "secrets by name; elsewhere a problem, for they reach workers only", ContextPlaces.Request | ContextPlaces.Page | ContextPlaces.Retry | ContextPlaces.Sink),
        new("execution_id", "the execution's id, a text", ContextPlaces.All),
        new("execution", "`{id, name, namespace, status}`; `status` is `COMPLETED`, `FAILED` or `CANCELLED` in the step of `onExit`, else null", ContextPlaces.All),
        new("playbook", "`{name}`", ContextPlaces.All),
        new("now", "the function `now()`: the instant at which the execution was created", ContextPlaces.All),
        new("loop", "`{index, index1, first, last, length}` of the iteration", ContextPlaces.Call, ContextCondition.InIterations),
        new("iteration", "`{id, index}` of a call by a worker: `id` stays the same over attempts, `index` is null outside loops", ContextPlaces.Call | ContextPlaces.Leave, ContextCondition.OfWorkers),
        new("attempt", "number of the attempt, from 1", ContextPlaces.Call | ContextPlaces.Leave),
        new("page", "number of the page, from 1; without pages 1, or a step of that name", ContextPlaces.Call | ContextPlaces.Leave),
        new("response", "the parsed body of the last call; of other tools than `http` their result", ContextPlaces.Page | ContextPlaces.Retry | ContextPlaces.Sink | ContextPlaces.Iteration | ContextPlaces.Leave),
        new("status_code", "HTTP status of the last call", ContextPlaces.Page | ContextPlaces.Retry | ContextPlaces.Sink | ContextPlaces.Iteration | ContextPlaces.Leave, ContextCondition.OfHttp),
        new("headers", "HTTP headers of the last call, by name in any case", ContextPlaces.Page | ContextPlaces.Retry | ContextPlaces.Sink | ContextPlaces.Iteration | ContextPlaces.Leave, ContextCondition.OfHttp),
        new("links", "the `Link` header of the last call by relation: `links.next.url`, absolute", ContextPlaces.Page | ContextPlaces.Retry | ContextPlaces.Sink | ContextPlaces.Iteration | ContextPlaces.Leave, ContextCondition.OfHttp),
        new("pages", "what `collect` has gathered, unless `into` names it otherwise", ContextPlaces.Page | ContextPlaces.Sink | ContextPlaces.Iteration | ContextPlaces.Leave, ContextCondition.OfCollecting),
        new("result", "the call's result, or the loop's; in the sink of each page the page's", ContextPlaces.Sink | ContextPlaces.Iteration | ContextPlaces.Leave | ContextPlaces.LeaveLoop, ContextCondition.AfterSuccess),
        new("error", "`{kind, message, status, code, retryable}`; in the step of `onExit` first `{message, reason}` of the workflow", ContextPlaces.Retry | ContextPlaces.Iteration | ContextPlaces.Leave | ContextPlaces.LeaveLoop, ContextCondition.AfterFailure),
        new("event", "`{name}`: `call.done`, `call.error`; of a loop `iterator.completed`, `iterator.failed`", ContextPlaces.Retry | ContextPlaces.Iteration | ContextPlaces.Leave | ContextPlaces.LeaveLoop),
    ];

    private static readonly FrozenDictionary<string, ContextName> s_byName = Table.ToFrozenDictionary(name => name.Name, StringComparer.Ordinal);

    public static IEnumerable<string> All => s_byName.Keys;

    /// <summary>Whether the system binds the name, in some place at least.</summary>
    public static bool Contains(string name) => s_byName.ContainsKey(name);

    /// <summary>Whether the name has a value in every place, so that nothing else may bear it.</summary>
    public static bool IsEverywhere(string name) => name == Secret || s_byName.GetValueOrDefault(name)?.Places == ContextPlaces.All;

    /// <summary>Whether a call of any step hides a step of that name.</summary>
    public static bool HidesSteps(string name) =>
        name != "page" && s_byName.GetValueOrDefault(name) is { Condition: not (ContextCondition.InIterations or ContextCondition.OfCollecting) };

    /// <summary>The names where they do not apply: null, or an empty map. What lies behind all other variables.</summary>
    public static IVariables Absent { get; } = new AbsentNames();

    private sealed class AbsentNames : IVariables
    {
        private static readonly Value s_empty = Value.Map(Array.Empty<KeyValuePair<string, Value>>());

        public IEnumerable<string> Names => s_byName.Keys;

        public bool TryGet(string name, out Value value)
        {
            value = default;
            // A secret that nobody bound is one that this place must not see, and now is a function.
            if (name is Secret or "now" || !s_byName.TryGetValue(name, out var found)) return false;
            value = found.IsMap ? s_empty : Value.Absent;
            return true;
        }
    }
}
