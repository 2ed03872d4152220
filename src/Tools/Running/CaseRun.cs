using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Running;

/// <summary>What a <c>case</c> made of a call.</summary>
/// <param name="Matched">The entry that was true, from 0; −1: none; null: there was nothing to ask.</param>
/// <param name="RetryAfter">The call is to be made again after this time; null: it stands.</param>
/// <param name="Result">Replaces the call's result, and takes up its error if it failed; null: neither.</param>
/// <param name="Error">The call has failed after all; null: it stays as it was.</param>
internal sealed record CaseRuling(int? Matched, TimeSpan? RetryAfter = null, Value? Result = null, WorkError? Error = null)
{
    public static CaseRuling Nothing { get; } = new((int?)null);
}

/// <summary>
/// Asks the entries of <c>case</c> after a call whose outcome would stand, and does what only the worker can do: collect, try again, write a sink; for
/// an iteration also its result and its failure. Elsewhere those are the operator's, which is told the entry.
/// </summary>
internal sealed class CaseRun(TaskPlan plan, string step, RunScope scope, SinkWriter sinks, RunClock clock, long maxBytes)
{
    private readonly Dictionary<string, PageCollector> _collectors = new(StringComparer.Ordinal);
    private CollectPlan? _newest;
    private int _collections;

    /// <summary>Something was collected that another delivery would not have.</summary>
    public bool HasCollected => _collections > 0;

    /// <param name="number">The attempt that gave the outcome.</param>
    /// <param name="outcome">The call; its error, if any, is not to be retried by <c>on_error</c>.</param>
    /// <param name="result">Of a call that succeeded.</param>
    /// <param name="cancellationToken">Ends everything at once.</param>
    public async ValueTask<CaseRuling> AskAsync(AttemptNumber number, CallOutcome outcome, Value result, CancellationToken cancellationToken)
    {
        if (plan.Case.Length == 0) return CaseRuling.Nothing;
        if (scope.HasLateInputs && plan.Vars is { } vars && await scope.NeedAsync(vars.References, cancellationToken) is { } unread) return new CaseRuling(null, Error: unread);
        if (!Bind(outcome, result)) return CaseRuling.Nothing;
        var matched = -1;
        for (var i = 0; i < plan.Case.Length && matched < 0; i++)
        {
            if (scope.HasLateInputs && await scope.NeedAsync(plan.Case[i].When?.References ?? [], cancellationToken) is { } missing) return new CaseRuling(null, Error: missing);
            if (IsTrue(plan.Case[i], outcome)) matched = i;
        }

        var ruling = matched < 0 ? new CaseRuling(matched) : await ActAsync(matched, number, outcome, result, cancellationToken);
        return ruling is { RetryAfter: null, Error: null, Result: null } && HasCollected && outcome.Error is null
            ? ruling with { Result = Collected(outcome) }
            : ruling;
    }

    private bool IsTrue(CaseClause clause, CallOutcome outcome) =>
        (outcome.Error is null || clause.AsksAboutFailure) && (clause.When is not { } when || scope.Test(when));

    /// <summary>False: <c>vars</c> cannot be rendered, which the operator will find too and fail the step with.</summary>
    private bool Bind(CallOutcome outcome, Value result)
    {
        var failed = outcome.Error is not null;
        scope.BindEnd(failed, result);
        // As the operator sees it, which asks the entries that no worker has to.
        if (!plan.IsIteration && !ContextNames.Contains(step)) scope.Bind(step, failed ? Value.Absent : result);
        if (failed || plan.Vars is not { } vars) return true;
        if (!vars.TryRender(scope.Variables, scope.Templates, out var set, out _)) return false;
        scope.Bind("vars", RequestMerge.Maps(scope.Read("vars"), set, StringComparer.Ordinal));
        return true;
    }

    private async ValueTask<CaseRuling> ActAsync(int matched, AttemptNumber number, CallOutcome outcome, Value result, CancellationToken cancellationToken)
    {
        var then = plan.Case[matched].Then;
        if (then.Collect is { } collect && Collect(collect, outcome) is { } tooMuch) return new CaseRuling(matched, Error: tooMuch);
        if (scope.HasLateInputs && await scope.NeedAsync(References(then), cancellationToken) is { } unread) return new CaseRuling(matched, Error: unread);
        if (then.Retry is { } rule && RetryRule.RetriesCase(rule, number.Attempt, outcome.Error, scope))
            return new CaseRuling(matched, RetryBackoff.Delay(rule, number.Attempt, clock.Random(), outcome.RetryAfter));
        if (then.Sink is { } sink && await sinks.WriteAsync(sink, number, HasCollected ? Collected(outcome) : result, cancellationToken) is { } unwritten)
            return new CaseRuling(matched, Error: unwritten);
        return plan.IsIteration ? EndIteration(matched, then, outcome) : new CaseRuling(matched);
    }

    /// <summary>What is rendered here of an entry; its sink sees to itself, and the rest is the operator's.</summary>
    private IEnumerable<TemplateReference> References(CaseActions then) =>
        (then.Retry?.References ?? []).Concat(plan.IsIteration ? (then.Fail?.References ?? []).Concat(then.Result?.References ?? []) : []);

    private CaseRuling EndIteration(int matched, CaseActions then, CallOutcome outcome)
    {
        TemplateError? wrong;
        if (then.Fail is { } fail)
        {
            return fail.TryRender(scope.Variables, scope.Templates, out var text, out wrong)
                ? new CaseRuling(matched, Error: new(WorkErrorKind.Fail, text.ToText()))
                : new CaseRuling(matched, Error: CallErrors.Template(wrong!));
        }

        if (then.Result is not { } node) return new CaseRuling(matched, Result: then.Collect is null ? null : Collected(outcome));
        return node.TryRender(scope.Variables, scope.Templates, out var result, out wrong)
            ? new CaseRuling(matched, Result: result)
            : new CaseRuling(matched, Error: CallErrors.Template(wrong!));
    }

    private WorkError? Collect(CollectPlan collect, CallOutcome outcome)
    {
        if (!_collectors.TryGetValue(collect.Into, out var collector)) _collectors[collect.Into] = collector = new PageCollector(collect, maxBytes);
        var picked = collector.Pick(outcome.Response);
        if (picked.Kind == ValueKind.Undefined) scope.Warn($"case: collect.path {string.Join('.', collect.Path)} is not in the answer: {PageText.Describe(outcome.Response)}.");
        if (collector.Add(picked) is { } error) return error;
        (_newest, _collections) = (collect, _collections + 1);
        scope.Bind(collect.Into, collector.Collected);
        return null;
    }

    private Value Collected(CallOutcome outcome) => PageResult.Of(outcome.Status, _collectors[_newest!.Into].Collected, _collections, _newest.Strategy);
}
