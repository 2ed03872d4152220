using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Running;

/// <summary>What one attempt gave.</summary>
/// <param name="Outcome">Its error says why the attempt failed, whichever part of it did.</param>
/// <param name="Request">The settings that were used; undefined when they could not be rendered.</param>
/// <param name="IsLast">No further page is wanted; <paramref name="Result"/> is the task's result.</param>
internal sealed record AttemptResult(CallOutcome Outcome, Value Request, bool IsLast, Value Result)
{
    public static AttemptResult Failed(WorkError error) => new(CallOutcome.Failed(error), Value.Undefined, IsLast: false, Value.Undefined);
}

/// <summary>
/// One attempt: render <c>args</c> → call → page sink → sink. The sinks belong to the attempt: when one fails, the attempt has failed.
/// A page sink that was written is not written again when its page is fetched again.
/// </summary>
internal sealed class TaskAttempt(TaskPlan plan, RunScope scope, ToolRegistry tools, CallContext context, SinkWriter sinks, PageSinks pageSinks)
{
    private PageCollector? _pages = NewCollector(plan, context);
    private bool _isRepeated;

    /// <summary>A page's sink was written: handing the work back would have all pages fetched again.</summary>
    public bool HasSunkPages => pageSinks.HasWritten;

    /// <summary>Forgets the pages: the call is made again from its first one.</summary>
    public void Restart() => (_pages, _isRepeated) = (NewCollector(plan, context), true);

    /// <param name="number">Which attempt of which page.</param>
    /// <param name="request">The settings for a later page; undefined for the first, which renders the step's own.</param>
    /// <param name="cancellationToken">Also cancelled when the attempt's time is up.</param>
    public async ValueTask<AttemptResult> RunAsync(AttemptNumber number, Value request, CancellationToken cancellationToken)
    {
        if (number.Attempt > 1 || number.Page > 1) scope.ForgetAttempt();
        scope.Bind("attempt", Value.From((long)number.Attempt));
        scope.BindPage(number.Page);
        if (scope.HasLateInputs && await NeedAsync(request, cancellationToken) is { } unread) return AttemptResult.Failed(unread);
        if (!plan.Args.TryRender(scope.Variables, scope.Templates, out var args, out var wrong, keepsLazy: true)) return AttemptResult.Failed(CallErrors.Template(wrong!));
        scope.BindArgs(args);
        if (request.Kind == ValueKind.Undefined && !plan.Tool.Settings.TryRender(scope.Variables, scope.Templates, out request, out wrong))
            return AttemptResult.Failed(CallErrors.Template(wrong!));
        if (tools.Tool(plan.Tool.Kind) is not { } tool)
            return AttemptResult.Failed(CallErrors.Configuration("tool.kind", $"{plan.Tool.Kind} is not a tool that this worker has."));
        _isRepeated |= number.Attempt > 1;
        var outcome = await CallAsync(tool, new CallRequest(request, "tool"), cancellationToken);
        scope.Warn(outcome.Warnings);
        scope.BindOutcome(outcome);
        if (outcome.Error is not null) return new(outcome, request, IsLast: false, Value.Undefined);
        var finished = _pages is null
            ? await FinishAsync(number, outcome.Result, cancellationToken)
            : await FinishPageAsync(number, outcome, cancellationToken);
        return new(finished.Error is null ? outcome : outcome with { Error = finished.Error }, request, finished.IsLast, finished.Result);
    }

    private ValueTask<WorkError?> NeedAsync(Value request, CancellationToken cancellationToken) => scope.NeedAsync(
        request.Kind == ValueKind.Undefined ? plan.Args.References.Concat(plan.Tool.Settings.References) : plan.Args.References, cancellationToken);

    /// <summary>A call that is made again, because it failed or because a <c>case</c> wants another answer, is not answered by what is known.</summary>
    private ValueTask<CallOutcome> CallAsync(ITool tool, CallRequest request, CancellationToken cancellationToken) =>
        plan.Cache is { } cache && context.Queries is { } queries
            ? queries.CallAsync(tool, request, context, _isRepeated ? null : cache.TimeToLive, cancellationToken)
            : tool.CallAsync(request, context, cancellationToken);

    private async ValueTask<(WorkError? Error, bool IsLast, Value Result)> FinishAsync(AttemptNumber number, Value result, CancellationToken cancellationToken)
    {
        var error = plan.Sink is { } sink ? await sinks.WriteAsync(sink, number, result, cancellationToken) : null;
        return (error, error is null, result);
    }

    private async ValueTask<(WorkError? Error, bool IsLast, Value Result)> FinishPageAsync(
        AttemptNumber number, CallOutcome outcome, CancellationToken cancellationToken)
    {
        var pagination = plan.Retry.OnSuccess!;
        if (PageText.Refuse(pagination, outcome) is { } text) return (text, false, Value.Undefined);
        var picked = _pages!.Pick(outcome.Response);
        if (picked.Kind == ValueKind.Undefined) scope.Warn();
        if (_pages.Add(picked) is { } tooMuch) return (tooMuch, false, Value.Undefined);
        var page = number.Page!.Value;
        if (pagination.PerPageSink is { } pageSink)
        {
            var part = Paged(outcome.Status, picked.Kind == ValueKind.Undefined ? Value.Null : picked, page);
            var pageError = await pageSinks.WriteAsync(pageSink, number, part, cancellationToken);
            scope.Bind("result", Value.Absent);
            if (pageError is not null) return Undone(pageError);
        }

        var collected = _pages.Collected;
        scope.Bind(pagination.Collect.Into, collected);
        if (scope.HasLateInputs && await scope.NeedAsync(pagination.While.References, cancellationToken) is { } unread) return Undone(unread);
        var wantsMore = scope.Test(pagination.While);
        if (wantsMore && page < pagination.MaxAttempts) return (null, false, Value.Undefined);
        if (wantsMore && pagination.OnLimit == PageLimit.Fail) return Undone(TooManyPages(pagination));
        var finished = await FinishAsync(number, Paged(outcome.Status, collected, page, wantsMore), cancellationToken);
        if (finished.Error is null) WarnOfPages(pagination, page, wantsMore, outcome.Response);
        return finished.Error is { } error ? Undone(error) : finished;

        (WorkError?, bool, Value) Undone(WorkError cause)
        {
            _pages.TakeBack();
            return (cause, false, Value.Undefined);
        }
    }

    private void WarnOfPages(PaginationPlan pagination, int page, bool isTruncated, Value last)
    {
        if (isTruncated) scope.Warn($"There are more pages than max_attempts = {pagination.MaxAttempts}: the result is not all.");
        if (_pages!.FoundNothing) scope.Warn(PageText.NowhereFound(pagination.Collect, page, last));
    }

    private static WorkError TooManyPages(PaginationPlan pagination) => new(
        WorkErrorKind.TooManyPages,
        $"retry.on_success: while still asks for a page after max_attempts = {pagination.MaxAttempts} pages, and on_limit is fail.");

    private Value Paged(int? status, Value collected, int pages, bool isTruncated = false) =>
        PageResult.Of(status, collected, pages, plan.Retry.OnSuccess!.Collect.Strategy, isTruncated);

    private static PageCollector? NewCollector(TaskPlan plan, CallContext context) =>
        plan.Retry.OnSuccess is { } pagination ? new(pagination.Collect, context.MaxResultBytes) : null;
}
