using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Running;

/// <summary>Runs a task to its end: page after page, each with its own attempts.</summary>
internal sealed class TaskRun(TaskPlan plan, RunScope scope, TaskAttempt attempts, RunNotes notes, RunClock clock)
{
    /// <summary>The highest attempt that any page has needed, over all deliveries.</summary>
    public int Attempt { get; private set; } = 1;

    /// <param name="attemptsUsed">By earlier deliveries; they count for the first page, since only before its end work is ever handed back.</param>
    /// <param name="cancellationToken">Ends everything at once.</param>
    public async ValueTask<TaskOutcome> RunAsync(int attemptsUsed, CancellationToken cancellationToken)
    {
        var request = Value.Undefined;
        for (var page = 1; ; page++)
        {
            var first = page == 1 ? attemptsUsed + 1 : 1;
            var (result, end) = await RunPageAsync(page, first, request, cancellationToken);
            if (end is not null) return end;
            if (result!.IsLast) return new TaskOutcome.Completed(result.Result);
            (request, var error) = Next(result.Request);
            if (error is not null) return new TaskOutcome.Failed(error);
        }
    }

    /// <summary>Either the page that succeeded, or the end of everything.</summary>
    private async ValueTask<(AttemptResult? Result, TaskOutcome? End)> RunPageAsync(int page, int first, Value request, CancellationToken cancellationToken)
    {
        for (var attempt = first; ; attempt++)
        {
            Attempt = Math.Max(Attempt, attempt);
            var number = new AttemptNumber(attempt, plan.Retry.OnSuccess is null ? null : page);
            var result = await TryAsync(number, request, cancellationToken);
            if (result.Outcome.Error is not { } error) return (result, null);
            scope.BindError(error);
            if (plan.Retry.OnError is not { } rule || !RetryRule.Retries(rule, attempt, error, scope)) return (null, new TaskOutcome.Failed(error));
            var delay = RetryBackoff.Delay(rule, attempt, clock.Random(), result.Outcome.RetryAfter);
            // Later pages would be lost with the delivery, and sunk ones repeated, so only waits before all that are handed back.
            if (page == 1 && !attempts.HasSunkPages && clock.HandsBack(delay)) return (null, new TaskOutcome.Waiting(error, delay));
            notes.Retried(number, error, delay);
            await Task.Delay(delay, clock.Time, cancellationToken);
        }
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
}

/// <summary>Time and chance for one run.</summary>
internal sealed record RunClock(TimeProvider Time, Func<double> Random, RunnerOptions Options)
{
    public bool HandsBack(TimeSpan delay) => Options.HandsBackLongWaits && delay > Options.LongestWait;
}
