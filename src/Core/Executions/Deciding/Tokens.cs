using PlaybookOperator.Core.Playbooks.Graphs;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>What an edge has to say to the step it leads to.</summary>
internal enum Token
{
    /// <summary>Nothing yet: its source will run, or be skipped, first.</summary>
    Waiting,

    /// <summary>Nothing new: the step has answered the source's newest run already, and no other run is due before the step may go on.</summary>
    Spent,

    /// <summary>The source is over and has chosen other ways.</summary>
    Dead,

    /// <summary>The source is over and has chosen this way.</summary>
    Live,
}

/// <summary>
/// Tokens on edges and epochs of circles, read off the newest runs alone: a run is <em>fresh</em> for the steps that have not been entered since it began.
/// </summary>
internal static class Tokens
{
    /// <summary>The token on the forward edge between two steps.</summary>
    public static Token Of(Draft draft, string from, string to)
    {
        var steps = draft.State.Steps;
        if (!steps.TryGetValue(from, out var source) || !source.IsOver) return Token.Waiting;
        if (steps.TryGetValue(to, out var target) && !source.IsFreshFor(target)) return IsDue(draft, source, to) ? Token.Waiting : Token.Spent;
        if (draft.Runs.RoutesTo(source, to).Count > 0) return Token.Live;
        // A way out of a circle is passed by only when the circle is at its end.
        foreach (var loop in draft.Plan.Graph.LoopsWith(from))
            if (!loop.Members.Contains(to) && !IsSettled(draft, loop)) return Token.Waiting;
        return Token.Dead;
    }

    /// <summary>
    /// Whether the step must wait: some edge to it has the token <see cref="Token.Waiting"/>. The edge that had it before is looked at first. So a join costs
    /// one look when something else has changed, and in one decision no more looks than twice its edges, wherever steps run once.
    /// </summary>
    public static bool MustWait(Draft draft, string to)
    {
        var predecessors = draft.Plan.Graph.Predecessors[to];
        var place = draft.Runs.WaitedFor(to, predecessors.Length - 1);
        for (var left = predecessors.Length; left > 0; left--)
        {
            if (IsWaiting(draft, predecessors[place], to))
            {
                draft.Runs.WaitFor(to, place);
                return true;
            }

            place = place == 0 ? predecessors.Length - 1 : place - 1;
        }

        return false;
    }

    /// <summary>The same as asking <see cref="Of"/> for <see cref="Token.Waiting"/>, which most edges answer without a look at the routes of their source.</summary>
    private static bool IsWaiting(Draft draft, string from, string to) =>
        !draft.State.Steps.TryGetValue(from, out var source) || !source.IsOver
        || (draft.Plan.Graph.Repeats.Contains(from) && Of(draft, from, to) == Token.Waiting);

    /// <summary>Whether the circle's epoch is over and no other follows.</summary>
    public static bool IsSettled(Draft draft, NaturalLoop loop) =>
        draft.Runs.KnownSettled(loop) ?? draft.Runs.KnowSettled(loop, RoutesBack(draft, loop).Count == 0 && IsComplete(draft, loop));

    /// <summary>The routes that start the circle's next epoch; none while this one lasts, or when it was the last.</summary>
    public static IReadOnlyList<Route> NextEpoch(Draft draft, NaturalLoop loop)
    {
        var routes = RoutesBack(draft, loop);
        return routes.Count > 0 && IsComplete(draft, loop) ? routes : [];
    }

    /// <summary>The epoch has passed through the circle: every member is over and has answered all that lead to it, and no circle inside goes on.</summary>
    private static bool IsComplete(Draft draft, NaturalLoop loop)
    {
        var steps = draft.State.Steps;
        foreach (var member in loop.Members)
            if (!steps.TryGetValue(member, out var run) || !run.IsOver) return false;
        foreach (var (from, to) in loop.Edges)
            if (steps[from].IsFreshFor(steps[to])) return false;
        return loop.Inner.All(inner => RoutesBack(draft, inner).Count == 0);
    }

    /// <summary>Routes back to the head that it has not answered.</summary>
    private static List<Route> RoutesBack(Draft draft, NaturalLoop loop)
    {
        var routes = new List<Route>();
        if (!draft.State.Steps.TryGetValue(loop.Head, out var head)) return routes;
        foreach (var name in loop.Sources)
        {
            if (!draft.State.Steps.TryGetValue(name, out var source) || !source.IsOver) continue;
            if (name != loop.Head && !source.IsFreshFor(head, isBack: true)) continue;
            routes.AddRange(draft.Runs.RoutesTo(source, loop.Head));
        }

        return routes;
    }

    /// <summary>Whether the source will run again in an epoch that it shares with the step and that has begun since it last ran.</summary>
    private static bool IsDue(Draft draft, StepRun source, string to)
    {
        foreach (var loop in draft.Plan.Graph.LoopsWith(source.Step))
            if (loop.Members.Contains(to) && draft.State.Steps.TryGetValue(loop.Head, out var head) && head.IsNewerThan(source)) return true;
        return false;
    }
}
