using System.Collections.Frozen;
using System.Collections.Immutable;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Playbooks.Graphs;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>Ends an execution that has no plan to go by any more: what it had is told, nothing of its own runs, not even <c>onExit</c>.</summary>
internal static class AbandonRules
{
    /// <summary>A playbook without steps: the rules that end an execution ask it for nothing but limits and <c>onExit</c>.</summary>
    private static readonly Plan s_nothing = new()
    {
        Name = "",
        Steps = [],
        StartStep = "",
        Workload = new WorkloadPlan(JsonText.EmptyObject, new TemplateNode.Mapping([])),
        Secrets = [],
        Limits = PlanLimits.Default,
        ByName = ImmutableDictionary<string, StepPlan>.Empty,
        Graph = new WorkflowGraph
        {
            Steps = [],
            Predecessors = FrozenDictionary<string, ImmutableArray<string>>.Empty,
            Successors = FrozenDictionary<string, ImmutableArray<string>>.Empty,
            Loops = [],
            LoopsOf = FrozenDictionary<string, ImmutableArray<NaturalLoop>>.Empty,
            LoopsByHead = FrozenDictionary<string, NaturalLoop>.Empty,
            Affects = FrozenDictionary<string, ImmutableArray<int>>.Empty,
            Repeats = [],
        },
    };

    public static Draft Begin(ExecutionFacts facts, ExecutionState state, Observed observed, DateTimeOffset now) =>
        new(s_nothing, facts, state, observed with { Intent = observed.Intent with { Deleted = true }, Aggregates = SumsOf(state, observed) }, now);

    /// <summary>An outcome that was decided before stands.</summary>
    public static void End(Draft draft, string message, string reason)
    {
        if (draft.State.IsTerminal) return;
        LifeRules.Start(draft);
        if (draft.State.WorkflowEnded) LifeRules.StopAll(draft, message, reason, EventStatus.Failed);
        else LifeRules.FailNow(draft, message, reason);
        ExitRules.End(draft);
    }

    /// <summary>Numbers that were not read are told as none: nothing may keep the execution from ending.</summary>
    private static Dictionary<long, LoopAggregates> SumsOf(ExecutionState state, Observed observed)
    {
        var sums = observed.Aggregates.ToDictionary(pair => pair.Key, pair => pair.Value);
        foreach (var loop in state.Loops.Values)
            if (loop.Aggregates is { } names) sums.TryAdd(loop.RunId, LoopAggregates.Empty(names));
        return sums;
    }
}
