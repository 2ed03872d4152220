using System.Collections.Immutable;
using System.Text.Json;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>
/// Lets a step leave: <c>vars</c>, then <c>case</c> (first true), else <c>next</c>. The choice is recorded in <c>step.exit</c>, so that replay never
/// evaluates a template.
/// </summary>
internal static class RouteRules
{
    private static readonly string[] s_callError = ["call.error"];
    private static readonly string[] s_iteratorFailed = ["iterator.failed", "call.error"];

    public static void Leave(Draft draft, StepRun run, StepPlan step)
    {
        var failed = run.Error is not null;
        var isLoop = step.Loop is not null;
        var scope = new Scope(draft, run);
        if (!scope.Has(ReferencesOf(step))) return;
        var exit = failed
            ? LeaveAfterFailure(draft, run, step, scope)
            : LeaveAfterSuccess(draft, run, step, Tell(scope, isLoop ? "iterator.completed" : "call.done"));
        if (exit.Vars is { Count: > 0 } vars) draft.Append(EventType.VarsSet, run, result: Value.Map([.. vars]).ToJsonElement());
        draft.Append(new ExecutionEvent
        {
            Type = EventType.StepExit,
            Status = exit.Error is null ? EventStatus.Completed : EventStatus.Failed,
            CreatedAt = draft.Now,
            Step = run.Step,
            Epoch = run.Epoch,
            RunId = run.RunId,
            DurationMs = (draft.Now - run.StartedAt).TotalMilliseconds,
            Error = exit.Error,
            Result = exit.Result,
            Context = JsonText.Object(writer =>
            {
                writer.WriteStartArray("routes");
                foreach (var route in exit.Routes) (route with { IsBack = draft.Plan.Graph.IsBackEdge(step.Name, route.Step) }).Write(writer);
                writer.WriteEndArray();
                if (exit.Handled) writer.WriteBoolean("handled", true);
            }),
        });
    }

    private static Scope Tell(Scope scope, string eventName) => scope.Set("event", Value.Map([KeyValuePair.Create("name", Value.From(eventName))]));

    private static StepExit LeaveAfterSuccess(Draft draft, StepRun run, StepPlan step, Scope scope)
    {
        var exit = new StepExit();
        if (step.Vars is { } vars)
        {
            if (!vars.TryRender(scope, draft.Evaluation, out var rendered, out var error)) return Fail("vars", error!);
            if (Beyond("vars", rendered, DataLimits.MaxDepth + 1) is { } wide) return wide;
            exit = exit.WithVars(rendered);
            // What was just set can be read by the conditions that follow.
            scope.Set("vars", MergedVars(draft, exit.Vars!));
        }

        if (!TryMatch(draft, run, step, scope, out var clause, out var problem)) return Fail("case", problem!);
        if (clause is not null) exit = Act(draft, clause.Then, scope, exit);
        if (exit.Error is not null || clause is { Then.Next.Length: > 0 }) return exit;
        return Next(draft, step, scope, exit);
    }

    /// <summary>
    /// Only entries that ask about the failure can take it up; those that are true for other reasons, and <c>else</c>, are meant for success. Of those in
    /// <c>case</c> and then in <c>next</c> the first true one counts.
    /// </summary>
    private static StepExit LeaveAfterFailure(Draft draft, StepRun run, StepPlan step, Scope scope)
    {
        var message = run.Error!;
        var unhandled = new StepExit { Error = message };
        var takesUp = run.MatchedCase is not null;
        // Where the worker had to act at once it has asked, and says which entry was true.
        foreach (var clause in run.MatchedCase is { } known ? Known(step, known) : step.Case.Where(clause => clause.AsksAboutFailure))
        {
            TemplateError? error = null;
            if (run.MatchedCase is null && !TryTakeUp(draft, step, clause.When!, scope, out takesUp, out error)) return unhandled with { Error = $"{message} And {Fail("case", error!).Error}" };
            // Trying again is no way to go on: when that did not help, the failure stands.
            if (!takesUp || (clause.Then.Retry is not null && !clause.Then.TakesUpErrors && clause.Then.Fail is null)) continue;
            var handled = Act(draft, clause.Then, scope, unhandled with { Handled = true });
            if (clause.Then.Fail is not null) return handled with { Handled = false, Routes = [] };
            return !handled.Handled || clause.Then.Next.Length > 0 ? handled : Next(draft, step, scope, handled);
        }

        foreach (var clause in step.Next.Where(clause => clause.AsksAboutFailure))
        {
            if (!TryTakeUp(draft, step, clause.When!, scope, out takesUp, out var error)) return unhandled with { Error = $"{message} And {Fail("next", error!).Error}" };
            if (takesUp) return Go(draft, clause.Targets, scope, unhandled with { Handled = true });
        }

        return unhandled;
    }

    private static IEnumerable<CaseClause> Known(StepPlan step, int matched) => matched >= 0 && matched < step.Case.Length ? [step.Case[matched]] : [];

    /// <summary>A failed loop is an <c>iterator.failed</c>, and a <c>call.error</c> too.</summary>
    private static bool TryTakeUp(Draft draft, StepPlan step, Template condition, Scope scope, out bool takesUp, out TemplateError? error)
    {
        takesUp = false;
        error = null;
        foreach (var name in step.Loop is null ? s_callError : s_iteratorFailed)
        {
            if (!condition.TryTest(Tell(scope, name), draft.Evaluation, out takesUp, out error)) return false;
            if (takesUp) return true;
        }

        return true;
    }

    private static bool TryMatch(Draft draft, StepRun run, StepPlan step, Scope scope, out CaseClause? match, out TemplateError? error)
    {
        match = null;
        error = null;
        if (run.MatchedCase is { } known)
        {
            // The worker has asked: it had to act at once.
            match = Known(step, known).FirstOrDefault();
            return true;
        }

        foreach (var clause in step.Case)
        {
            var matches = true;
            if (clause.When is not null && !clause.When.TryTest(scope, draft.Evaluation, out matches, out error)) return false;
            if (!matches) continue;
            match = clause;
            return true;
        }

        return true;
    }

    private static StepExit Act(Draft draft, CaseActions actions, Scope scope, StepExit exit)
    {
        if (actions.Set is { } set)
        {
            if (!set.TryRender(scope, draft.Evaluation, out var rendered, out var error)) return Fail("case", error!);
            if (Beyond("set", rendered, DataLimits.MaxDepth + 1) is { } wide) return wide;
            exit = exit.WithVars(rendered);
            scope.Set("vars", MergedVars(draft, exit.Vars!));
        }

        if (actions.Result is { } node)
        {
            if (!node.TryRender(scope, draft.Evaluation, out var result, out var error)) return Fail("case", error!);
            if (Beyond("result", result, DataLimits.MaxDepth) is { } wide) return wide;
            exit = exit with { Result = result.ToJsonElement() };
        }

        if (actions.Fail is { } fail)
        {
            if (!fail.TryRender(scope, draft.Evaluation, out var text, out var error)) return Fail("case", error!);
            return exit with { Error = text.ToText() };
        }

        return actions.Next.Length > 0 ? Go(draft, actions.Next, scope, exit) : exit;
    }

    private static StepExit Next(Draft draft, StepPlan step, Scope scope, StepExit exit)
    {
        // The actions of the entry all saw what the call gave; what follows sees what was made of it.
        if (exit.Result is { } replaced) scope.ReplaceResult(Value.FromJson(replaced));
        var conditionalTaken = false;
        foreach (var clause in step.Next)
        {
            var isConditional = clause.When is not null || clause.IsElse;
            if (isConditional && conditionalTaken) continue;
            if (clause.When is not null)
            {
                if (!clause.When.TryTest(scope, draft.Evaluation, out var matches, out var error)) return Fail("next", error!);
                if (!matches) continue;
            }

            conditionalTaken |= isConditional;
            exit = Go(draft, clause.Targets, scope, exit);
            if (exit is { Error: not null, Handled: false }) return exit;
        }

        return exit;
    }

    private static StepExit Go(Draft draft, ImmutableArray<NextTarget> targets, Scope scope, StepExit exit)
    {
        foreach (var target in targets.Where(target => draft.Plan.ByName.ContainsKey(target.Step)))
        {
            JsonElement? args = null;
            if (target.Args is { } node)
            {
                if (!node.TryRender(scope, draft.Evaluation, out var rendered, out var error)) return Fail("next", error!);
                if (Beyond("args", rendered, DataLimits.MaxDepth + 1) is { } wide) return wide;
                args = rendered.ToJsonElement();
            }

            exit = exit with { Routes = exit.Routes.Add(new Route(target.Step, args)) };
        }

        return exit;
    }

    private static StepExit Fail(string key, TemplateError error) =>
        new() { Error = $"{key}: template, line {error.Line}, column {error.Column}: {error.Message}" };

    /// <summary>A value that no reader would take, told where it is made. Null: it is within the limits.</summary>
    private static StepExit? Beyond(string key, Value value, int maxDepth) =>
        value.Kind is ValueKind.List or ValueKind.Map && DataLimits.Check(value.ToJsonElement(), key, maxDepth) is { } problem
            ? new StepExit { Error = problem.ToString() }
            : null;

    private static Value MergedVars(Draft draft, IReadOnlyDictionary<string, Value> set)
    {
        var merged = new SortedDictionary<string, Value>(StringComparer.Ordinal);
        foreach (var (name, value) in draft.State.Vars) merged[name] = Value.FromJson(value);
        foreach (var (name, value) in set) merged[name] = value;
        return Value.Map([.. merged]);
    }

    private static IEnumerable<TemplateReference> ReferencesOf(StepPlan step) =>
        (step.Vars?.References ?? [])
            .Concat(step.Case.SelectMany(clause => (clause.When?.References ?? [])
                .Concat(clause.Then.Set?.References ?? [])
                .Concat(clause.Then.Result?.References ?? [])
                .Concat(clause.Then.Fail?.References ?? [])
                .Concat(clause.Then.Next.SelectMany(target => target.Args?.References ?? []))))
            .Concat(step.Next.SelectMany(clause => (clause.When?.References ?? []).Concat(clause.Targets.SelectMany(target => target.Args?.References ?? []))));

    private sealed record StepExit
    {
        public string? Error { get; init; }

        public bool Handled { get; init; }

        public JsonElement? Result { get; init; }

        public ImmutableArray<Route> Routes { get; init; } = [];

        public ImmutableSortedDictionary<string, Value>? Vars { get; init; }

        public StepExit WithVars(Value rendered) => this with
        {
            Vars = (Vars ?? ImmutableSortedDictionary.Create<string, Value>(StringComparer.Ordinal))
                .SetItems(rendered.Members.Select(member => KeyValuePair.Create(member.Key, member.Value))),
        };
    }
}
