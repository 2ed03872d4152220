using System.Collections.Immutable;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>Checks of the workflow as a graph: names, targets, reach, cycles.</summary>
internal static class GraphCheck
{
    /// <summary>The implicit last step; a route to it needs no step of that name.</summary>
    public const string End = "end";

    public static ImmutableDictionary<string, ImmutableArray<string>> PredecessorsOf(IReadOnlyList<StepPlan> steps) =>
        steps.SelectMany(step => step.Successors.Select(target => (target, step.Name)))
            .GroupBy(edge => edge.target, edge => edge.Name, StringComparer.Ordinal)
            .ToImmutableDictionary(group => group.Key, group => group.Distinct(StringComparer.Ordinal).ToImmutableArray(), StringComparer.Ordinal);

    public static void Check(Plan plan, List<Problem> problems)
    {
        CheckNames(plan, problems);
        CheckTargets(plan, problems);
        var reached = Reach(plan);
        foreach (var step in plan.Steps.Where(step => step.Name.Length > 0 && !reached.Contains(step.Name)))
            problems.Add(new Problem(ProblemSeverity.Warning, step.Field, $"the step '{step.Name}' is never reached: no step leads to it."));
        if (FindCycle(plan) is { } cycle)
        {
            var step = plan.ByName[cycle[0]];
            problems.Add(new Problem(
                ProblemSeverity.Error, $"{step.Field}.next", $"leads back in a circle ({string.Join(" → ", cycle)}), which is not supported by this version yet."));
        }
    }

    private static void CheckNames(Plan plan, List<Problem> problems)
    {
        foreach (var twice in plan.Steps.Where(step => step.Name.Length > 0).GroupBy(step => step.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
        foreach (var step in twice.Skip(1))
            problems.Add(new Problem(ProblemSeverity.Error, $"{step.Field}.step", $"the name '{step.Name}' is taken by {twice.First().Field}; names must be unique."));
    }

    private static void CheckTargets(Plan plan, List<Problem> problems)
    {
        foreach (var step in plan.Steps)
        foreach (var target in step.Successors.Where(target => target != End && !plan.ByName.ContainsKey(target)))
        {
            var near = NearestName.Find(target, plan.ByName.Keys) is { } name ? $" (did you mean {name}?)" : "";
            var key = step.Next.Any(clause => clause.Targets.Any(named => named.Step == target)) ? "next" : "case";
            problems.Add(new Problem(ProblemSeverity.Error, $"{step.Field}.{key}", $"names the step '{target}', which does not exist{near}."));
        }
    }

    private static HashSet<string> Reach(Plan plan)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal) { plan.StartStep };
        var open = new Queue<string>(reached);
        while (open.TryDequeue(out var name))
        {
            if (!plan.ByName.TryGetValue(name, out var step)) continue;
            foreach (var target in step.Successors)
                if (reached.Add(target)) open.Enqueue(target);
        }

        return reached;
    }

    /// <summary>Names along a cycle, first = last; null when the graph has none. Iterative, so that a long chain cannot exhaust the stack.</summary>
    private static List<string>? FindCycle(Plan plan)
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var root in plan.Steps)
        {
            var path = new List<string>();
            var onPath = new HashSet<string>(StringComparer.Ordinal);
            var stack = new Stack<(string Name, bool Leave)>([(root.Name, false)]);
            while (stack.TryPop(out var visit))
            {
                if (visit.Leave)
                {
                    onPath.Remove(visit.Name);
                    path.RemoveAt(path.Count - 1);
                    done.Add(visit.Name);
                    continue;
                }

                if (onPath.Contains(visit.Name)) return [.. path.SkipWhile(name => name != visit.Name), visit.Name];
                if (done.Contains(visit.Name) || !plan.ByName.TryGetValue(visit.Name, out var step)) continue;
                path.Add(visit.Name);
                onPath.Add(visit.Name);
                stack.Push((visit.Name, true));
                foreach (var target in step.Successors.Reverse()) stack.Push((target, false));
            }
        }

        return null;
    }
}
