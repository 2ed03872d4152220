using System.Collections.Immutable;
using PlaybookOperator.Core.Playbooks.Graphs;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>Checks of the workflow as a graph: names, targets, reach, circles.</summary>
internal static class GraphCheck
{
    /// <summary>The implicit last step; a route to it needs no step of that name.</summary>
    public const string End = "end";

    /// <param name="onExitField">Path of <c>onExit</c> as the document spells it.</param>
    public static void Check(Plan plan, string onExitField, List<Problem> problems)
    {
        CheckNames(plan, problems);
        CheckTargets(plan, problems);
        CheckExit(plan, onExitField, problems);
        CheckReach(plan, problems);
        CheckHeads(plan, problems);
        CheckEnds(plan, problems);
    }

    private static void CheckNames(Plan plan, List<Problem> problems)
    {
        foreach (var twice in plan.Steps.Where(step => step.Name.Length > 0).GroupBy(step => step.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            foreach (var step in twice.Skip(1))
                problems.Add(new Problem(ProblemSeverity.Error, $"{step.Field}.step", $"the name '{step.Name}' is taken by {twice.First().Field}; names must be unique."));
        }
    }

    private static void CheckTargets(Plan plan, List<Problem> problems)
    {
        foreach (var step in plan.Steps)
        {
            foreach (var target in step.Successors.Where(target => target != End && !plan.ByName.ContainsKey(target)))
                problems.Add(new Problem(ProblemSeverity.Error, KeyOf(step, target), $"names the step '{target}', which does not exist{Near(plan, target)}."));
        }
    }

    /// <summary>The step of <c>onExit</c> stands outside the graph: nothing leads to it, it leads nowhere.</summary>
    private static void CheckExit(Plan plan, string field, List<Problem> problems)
    {
        if (plan.OnExit is not { } name) return;
        if (!plan.ByName.TryGetValue(name, out var exit))
        {
            problems.Add(new Problem(ProblemSeverity.Error, field, $"names the step '{name}', which does not exist{Near(plan, name)}."));
            return;
        }

        if (name == plan.StartStep)
            problems.Add(new Problem(ProblemSeverity.Error, field, $"names '{name}', the step that runs first; it must name one that nothing leads to."));
        foreach (var step in plan.Steps.Where(step => step.Successors.Contains(name)))
            problems.Add(new Problem(ProblemSeverity.Error, KeyOf(step, name), $"leads to '{name}', which onExit runs by itself when the workflow has ended; remove it."));
        foreach (var target in exit.Successors.Take(1))
            problems.Add(new Problem(ProblemSeverity.Error, KeyOf(exit, target), "leads on from the step of onExit, after which the execution ends; remove it."));
    }

    private static void CheckReach(Plan plan, List<Problem> problems)
    {
        foreach (var step in plan.Steps.Where(step => step.Name.Length > 0 && step.Name != plan.OnExit && !plan.Graph.Successors.ContainsKey(step.Name)))
            problems.Add(new Problem(ProblemSeverity.Warning, step.Field, $"the step '{step.Name}' is never reached: no step leads to it."));
    }

    /// <summary>A circle that is left without its back-edges has no step that every way into it passes.</summary>
    private static void CheckHeads(Plan plan, List<Problem> problems)
    {
        var forward = plan.Graph.Predecessors.SelectMany(pair => pair.Value.Select(from => (From: from, To: pair.Key))).ToLookup(edge => edge.From, edge => edge.To, StringComparer.Ordinal);
        var reached = plan.Steps.Select(step => step.Name).Where(plan.Graph.Successors.ContainsKey).ToList();
        if (Circle.Find(reached, name => forward[name]) is not { } circle) return;
        var entries = circle.SkipLast(1).SelectMany(to => plan.Graph.Predecessors[to].Where(from => !circle.Contains(from)).Select(from => (From: from, To: to)))
            .DistinctBy(edge => edge.To, StringComparer.Ordinal).ToList();
        var (last, entered) = entries[^1];
        var head = circle.Contains(plan.StartStep) ? plan.StartStep : entries[0].To;
        problems.Add(new Problem(
            ProblemSeverity.Error,
            KeyOf(plan.ByName[last], entered),
            $"enters the circle {Circle.Tell(circle)} at '{entered}', not through its head '{head}': all ways into a circle must lead to the same step. Put a step without a tool in front, and let them all lead to it."));
    }

    private static void CheckEnds(Plan plan, List<Problem> problems)
    {
        var certain = plan.Graph.Loops.SelectMany(loop => loop.Members).Distinct(StringComparer.Ordinal)
            .ToImmutableDictionary(name => name, name => CertainRoutes.Of(plan.ByName[name]), StringComparer.Ordinal);
        var roots = plan.Steps.Select(step => step.Name).Where(certain.ContainsKey);
        if (Circle.Find(roots, name => certain[name].Where(certain.ContainsKey)) is not { } circle) return;
        problems.Add(new Problem(
            ProblemSeverity.Error,
            KeyOf(plan.ByName[circle[^2]], circle[^1]),
            $"leads back in a circle that never ends ({Circle.Tell(circle)}): give a step of it a condition under which it does not lead on."));
    }

    private static string KeyOf(StepPlan step, string target) =>
        $"{step.Field}.{(step.Next.Any(clause => clause.Targets.Any(named => named.Step == target)) ? "next" : "case")}";

    private static string Near(Plan plan, string name) => NearestName.Find(name, plan.ByName.Keys) is { } near ? $" (did you mean {near}?)" : "";
}
