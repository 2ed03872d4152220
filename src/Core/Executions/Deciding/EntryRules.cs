using System.Globalization;
using System.Text.Json;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>
/// Enters steps, and passes by those that nobody chose. A join is entered once, when every edge to it has its token and one of them is live; the head of
/// a circle again for each epoch. Nothing is entered while its last run lasts, or while a step that it chose is still busy with a former entry: how
/// often a step runs never depends on who is faster.
/// </summary>
internal static class EntryRules
{
    /// <summary>Entries into one step, at most.</summary>
    public const int MaxEpochs = 1000;

    public const string MaxEpochsReason = "MaxEpochs";

    public static void Enter(Draft draft)
    {
        if (draft.State.Phase != ExecutionPhase.Running || draft.IsFailing || draft.State.WorkflowEnded || LimitRules.PassedDeadline(draft) is not null) return;
        if (draft.State.Steps.Count == 0) Enter(draft, draft.Plan.StartStep, former: null, routes: [], EventType.StepStarted);
        while (draft is { State.WorkflowEnded: false, LacksRoom: false } && draft.Runs.TakeChanged() is { } step) Look(draft, step);
    }

    private static void Look(Draft draft, string name)
    {
        var former = draft.State.Steps.GetValueOrDefault(name);
        if (former is { IsOver: false } || (former is not null && !draft.Plan.Graph.Repeats.Contains(name))) return;
        if (RoutesInto(draft, name, former) is not { } routes) return;
        if (former is not null && IsHeldBack(draft, former)) draft.Runs.HoldLast();
        else Enter(draft, name, former, routes, routes.Count > 0 ? EventType.StepStarted : EventType.StepSkipped);
    }

    /// <summary>The routes that lead into the step now; none when all ways pass it by; null when there is nothing new for it, or not all of it yet.</summary>
    private static IReadOnlyList<Route>? RoutesInto(Draft draft, string name, StepRun? former)
    {
        if (former is null || !draft.Plan.Graph.LoopsByHead.TryGetValue(name, out var loop)) return Join(draft, name);
        if (Tokens.NextEpoch(draft, loop) is { Count: > 0 } again) return again;
        // Epochs do not overlap: whoever comes from outside waits for the last one to end.
        return Tokens.IsSettled(draft, loop) ? Join(draft, name) : null;
    }

    private static List<Route>? Join(Draft draft, string name)
    {
        if (Tokens.MustWait(draft, name)) return null;
        var isDead = false;
        var routes = new List<Route>();
        foreach (var before in draft.Plan.Graph.Predecessors[name])
        {
            switch (Tokens.Of(draft, before, name))
            {
                case Token.Waiting:
                    return null;
                case Token.Live:
                    routes.AddRange(draft.Runs.RoutesTo(draft.State.Steps[before], name));
                    break;
                case Token.Dead:
                    isDead = true;
                    break;
                default:
                    break;
            }
        }

        return routes.Count > 0 || isDead ? routes : null;
    }

    /// <summary>Whether a step that this run chose is about to answer, or will when its former entry is over: a second choice would be lost in the first.</summary>
    private static bool IsHeldBack(Draft draft, StepRun run)
    {
        foreach (var route in run.Routes)
            if (!route.IsBack && IsPending(draft, run, route.Step)) return true;
        return false;
    }

    private static bool IsPending(Draft draft, StepRun run, string chosen)
    {
        if (draft.State.Steps.TryGetValue(chosen, out var former))
        {
            if (!run.IsFreshFor(former)) return false;
            if (!former.IsOver) return true;
        }

        return !Tokens.MustWait(draft, chosen);
    }

    private static void Enter(Draft draft, string name, StepRun? former, IReadOnlyList<Route> routes, EventType type)
    {
        var epoch = former is null ? 0 : former.Epoch + 1;
        if (epoch >= MaxEpochs)
        {
            LifeRules.FailNow(draft, string.Create(CultureInfo.InvariantCulture, $"Step '{name}' was entered {MaxEpochs} times, which is the limit: the circle it belongs to does not end."), MaxEpochsReason);
            return;
        }

        draft.LacksRoom = !LimitRules.HasRoomForStep(draft);
        if (draft.LacksRoom) return;
        draft.Append(new ExecutionEvent
        {
            Type = type,
            Status = type.DefaultStatus(),
            CreatedAt = draft.Now,
            Step = name,
            Epoch = epoch,
            Context = Describe(routes),
        });
    }

    private static JsonElement? Describe(IReadOnlyList<Route> routes)
    {
        var args = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in routes.Where(route => route.Args is { ValueKind: JsonValueKind.Object }).SelectMany(route => route.Args!.Value.EnumerateObject()))
            args[member.Name] = member.Value;
        var again = routes.Count > 0 && routes[0].IsBack;
        return args.Count == 0 && !again ? null : JsonText.Object(writer =>
        {
            if (again) writer.WriteBoolean("again", true);
            if (args.Count == 0) return;
            writer.WriteStartObject("args");
            foreach (var (name, value) in args)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }

            writer.WriteEndObject();
        });
    }
}
