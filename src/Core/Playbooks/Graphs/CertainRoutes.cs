namespace PlaybookOperator.Core.Playbooks.Graphs;

/// <summary>
/// Where a step that succeeds leads whatever its conditions say: the routes that all its outcomes share. A circle of such routes has no end.
/// </summary>
internal static class CertainRoutes
{
    public static IReadOnlySet<string> Of(StepPlan step)
    {
        HashSet<string>? shared = null;
        foreach (var outcome in OutcomesOf(step))
        {
            if (shared is null) shared = outcome;
            else shared.IntersectWith(outcome);
        }

        return shared!;
    }

    private static IEnumerable<HashSet<string>> OutcomesOf(StepPlan step)
    {
        var next = OfNext(step);
        foreach (var clause in step.Case)
        {
            if (clause.Then.Fail is not null) yield return [];
            else yield return clause.Then.Next.Length > 0 ? Names(clause.Then.Next) : [.. next];
        }

        if (step.Case.All(clause => clause.When is not null)) yield return next;
    }

    /// <summary>Plain targets, and those that every conditional entry has in common; without <c>else</c> none of these may be true.</summary>
    private static HashSet<string> OfNext(StepPlan step)
    {
        var conditional = step.Next.Where(clause => clause.When is not null || clause.IsElse).ToList();
        var shared = conditional.Any(clause => clause.IsElse)
            ? conditional.Select(clause => Names(clause.Targets)).Aggregate((left, right) => [.. left.Intersect(right, StringComparer.Ordinal)])
            : [];
        shared.UnionWith(step.Next.Except(conditional).SelectMany(clause => clause.Targets).Select(target => target.Step));
        return shared;
    }

    private static HashSet<string> Names(IEnumerable<NextTarget> targets) => targets.Select(target => target.Step).ToHashSet(StringComparer.Ordinal);
}
