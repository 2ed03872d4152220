using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Running;

/// <summary>Runs a task to its end: page after page, each with its own attempts, then its <c>case</c>, and its loop's <c>until</c> and <c>aggregate</c>.</summary>
internal sealed class TaskRun(TaskPlan plan, RunScope scope, TaskAttempt attempts, CaseRun cases, RunNotes notes, RunClock clock)
{
    /// <summary>The highest attempt that any page has needed, over all deliveries.</summary>
    public int Attempt { get; private set; } = 1;

    /// <summary>The newest call.</summary>
    public CallOutcome Last { get; private set; } = new();

    /// <param name="attemptsUsed">By earlier deliveries; they count for the first page, since only before its end work is ever handed back.</param>
    /// <param name="cancellationToken">Ends everything at once.</param>
    public async ValueTask<TaskOutcome> RunAsync(int attemptsUsed, CancellationToken cancellationToken)
    {
        var request = Value.Undefined;
        var first = attemptsUsed + 1;
        for (var page = 1; ; page++)
        {
            var step = await RunPageAsync(page, first, request, cancellationToken);
            if (step.End is { } end) return end is TaskOutcome.Completed completed ? await AskLoopAsync(completed, cancellationToken) : end;
            if (step.Restarts)
            {
                (page, first, request) = (0, Attempt + 1, Value.Undefined);
                attempts.Restart();
                continue;
            }

            first = 1;
            if (plan.Retry.OnSuccess!.NextCall is { } next && scope.HasLateInputs && await scope.NeedAsync(next.References, cancellationToken) is { } unread)
                return new TaskOutcome.Failed(unread);
            (request, var error) = Next(step.Result!.Request);
            if (error is not null) return new TaskOutcome.Failed(error);
        }
    }

    /// <summary>One page, tried until it succeeds or all is over.</summary>
    private async ValueTask<PageStep> RunPageAsync(int page, int first, Value request, CancellationToken cancellationToken)
    {
        for (var attempt = first; ; attempt++)
        {
            Attempt = Math.Max(Attempt, attempt);
            var number = new AttemptNumber(attempt, plan.Retry.OnSuccess is null ? null : page);
            var result = await TryAsync(number, request, cancellationToken);
            Last = result.Outcome;
            if (result.Outcome.Error is null && !result.IsLast) return new PageStep(Result: result);
            // What an earlier attempt was answered must not pass for the answer to this one.
            scope.BindOutcome(result.Outcome);
            var (judged, error, delay, end) = await JudgeAsync(number, result, cancellationToken);
            if (end is not null) return new PageStep(end);
            // Later pages would be lost with the delivery, so only waits before all that are handed back.
            var losesNothing = page == 1 && !attempts.HasSunkPages && !cases.HasCollected;
            if (losesNothing && (clock.HandsBack(delay) || notes.IsFull)) return new PageStep(new TaskOutcome.Waiting(error, delay));
            notes.Retried(judged, error, delay);
            await Task.Delay(delay, clock.Time, cancellationToken);
            attempt = judged.Attempt;
            if (result.Outcome.Error is null && page > 1) return new PageStep(Restarts: true);
            if (result.Outcome.Error is null) attempts.Restart();
        }
    }

    /// <summary>What follows from an attempt that failed, or that was the last: the end, or a delay before it is made again.</summary>
    private async ValueTask<Judgement> JudgeAsync(AttemptNumber number, AttemptResult result, CancellationToken cancellationToken)
    {
        if (result.Outcome.Error is { } failure)
        {
            scope.BindError(failure);
            scope.BindEnd(failed: true, Value.Null);
            if (plan.Retry.OnError is { } rule && scope.HasLateInputs && await scope.NeedAsync(rule.References, cancellationToken) is { } unread)
                return new(number, End: new TaskOutcome.Failed(unread));
            if (RetriesAfter(number, failure, result.Outcome) is { } wait) return new(number, failure, wait);
        }

        // The case is about the call. A page counts its own attempts only, and begins anew whenever the call is made again.
        number = number with { Attempt = Attempt };
        scope.Bind("attempt", Value.From((long)Attempt));
        var ruling = await cases.AskAsync(number, result.Outcome, result.Result, cancellationToken);
        if (ruling.RetryAfter is { } pause) return new(number, result.Outcome.Error, pause);
        if (ruling.Error is { } error)
        {
            // A sink of the case that failed has failed the attempt, as the step's own sink would.
            if (error.Kind == WorkErrorKind.Fail) return new(number, End: new TaskOutcome.Failed(error) { Case = ruling.Matched });
            scope.BindError(error);
            scope.BindEnd(failed: true, Value.Null);
            return RetriesAfter(number, error, result.Outcome) is { } wait ? new(number, error, wait) : new(number, End: new TaskOutcome.Failed(error));
        }

        if (result.Outcome.Error is { } final && ruling.Result is null) return new(number, End: new TaskOutcome.Failed(final) { Case = ruling.Matched });
        return new(number, End: new TaskOutcome.Completed(ruling.Result ?? result.Result) { Case = ruling.Matched });
    }

    private TimeSpan? RetriesAfter(AttemptNumber number, WorkError error, CallOutcome outcome) =>
        plan.Retry.OnError is { } rule && RetryRule.Retries(rule, number.Attempt, error, scope)
            ? RetryBackoff.Delay(rule, number.Attempt, clock.Random(), outcome.RetryAfter)
            : null;

    /// <summary>What the loop around the task wants to know of a result.</summary>
    private async ValueTask<TaskOutcome> AskLoopAsync(TaskOutcome.Completed completed, CancellationToken cancellationToken)
    {
        if (plan.Until is null && plan.Aggregates.Length == 0) return completed;
        var asked = (plan.Until?.References ?? []).Concat(plan.Aggregates.SelectMany(aggregate => aggregate.Number.References));
        if (scope.HasLateInputs && await scope.NeedAsync(asked, cancellationToken) is { } unread) return new TaskOutcome.Failed(unread) { Case = completed.Case };
        scope.BindEnd(failed: false, completed.Result);
        if (plan.Until is { } until) completed = completed with { Until = scope.Test(until) };
        if (plan.Aggregates.Length == 0) return completed;
        var (numbers, error) = AggregateNumbers.Of(plan.Aggregates, scope);
        return error is null ? completed with { Numbers = numbers } : new TaskOutcome.Failed(error) { Case = completed.Case };
    }

    private async ValueTask<AttemptResult> TryAsync(AttemptNumber number, Value request, CancellationToken cancellationToken)
    {
        if (plan.Timeout is not { } timeout) return await attempts.RunAsync(number, request, cancellationToken);
        using var limit = new CancellationTokenSource(timeout, clock.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await attempts.RunAsync(number, request, linked.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return AttemptResult.Failed(CallErrors.Timeout("The attempt", timeout));
        }
    }

    private (Value Request, WorkError? Error) Next(Value previous)
    {
        if (plan.Retry.OnSuccess!.NextCall is { } next)
        {
            return next.TryRender(scope.Variables, scope.Templates, out var rendered, out var wrong)
                ? RequestMerge.Over(previous, rendered, scope.Secrets.Mask)
                : (previous, CallErrors.Template(wrong!));
        }

        return RequestMerge.CountUp(previous) is { } counted
            ? (counted, null)
            : (previous, CallErrors.Configuration("retry.on_success.next_call", "is required: the request has neither a numeric page, nor an offset with limit or pageSize, that could count up."));
    }

    /// <param name="Number">The attempt as the next one counts on from it.</param>
    /// <param name="Error">Why the attempt is made again; null: it succeeded, and a case wants another answer.</param>
    /// <param name="Delay">Before it is made again.</param>
    /// <param name="End">Everything is over.</param>
    private readonly record struct Judgement(AttemptNumber Number, WorkError? Error = null, TimeSpan Delay = default, TaskOutcome? End = null);

    /// <param name="End">Everything is over.</param>
    /// <param name="Result">The page succeeded and another one follows.</param>
    /// <param name="Restarts">The whole call is made again.</param>
    private readonly record struct PageStep(TaskOutcome? End = null, AttemptResult? Result = null, bool Restarts = false);
}

/// <summary>Time and chance for one run.</summary>
internal sealed record RunClock(TimeProvider Time, Func<double> Random, RunnerOptions Options)
{
    public bool HandsBack(TimeSpan delay) => Options.HandsBackLongWaits && delay > Options.LongestWait;
}
