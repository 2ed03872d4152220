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
internal sealed class TaskAttempt(TaskPlan plan, RunScope scope, ToolRegistry tools, CallContext context, RunNotes notes)
{
    private readonly PageCollector? _pages = plan.Retry.OnSuccess is { } pagination ? new(pagination.Collect, context.MaxResultBytes) : null;
    private int _pagesSunk;

    /// <summary>A page's sink was written: another delivery would write it again.</summary>
    public bool HasSunkPages => _pagesSunk > 0;

    /// <param name="number">Which attempt of which page.</param>
    /// <param name="request">The settings for a later page; undefined for the first, which renders the step's own.</param>
    /// <param name="cancellationToken">Also cancelled when the attempt's time is up.</param>
    public async ValueTask<AttemptResult> RunAsync(AttemptNumber number, Value request, CancellationToken cancellationToken)
    {
        scope.Bind("attempt", Value.From((long)number.Attempt));
        scope.Bind("page", Value.From((long)(number.Page ?? 1)));
        if (!plan.Args.TryRender(scope.Variables, scope.Templates, out var args, out var wrong)) return AttemptResult.Failed(CallErrors.Template(wrong!));
        scope.BindArgs(args);
        if (request.Kind == ValueKind.Undefined && !plan.Tool.Settings.TryRender(scope.Variables, scope.Templates, out request, out wrong))
            return AttemptResult.Failed(CallErrors.Template(wrong!));
        if (tools.Tool(plan.Tool.Kind) is not { } tool)
            return AttemptResult.Failed(CallErrors.Configuration("tool.kind", $"{plan.Tool.Kind} is not a tool that this worker has."));
        var outcome = await tool.CallAsync(new CallRequest(request, "tool"), context, cancellationToken);
        scope.Warn(outcome.Warnings);
        scope.BindOutcome(outcome);
        if (outcome.Error is not null) return new(outcome, request, IsLast: false, Value.Undefined);
        var finished = _pages is null
            ? await FinishAsync(number, outcome.Result, cancellationToken)
            : await FinishPageAsync(number, outcome, cancellationToken);
        return new(finished.Error is null ? outcome : outcome with { Error = finished.Error }, request, finished.IsLast, finished.Result);
    }

    private async ValueTask<(WorkError? Error, bool IsLast, Value Result)> FinishAsync(AttemptNumber number, Value result, CancellationToken cancellationToken)
    {
        var error = plan.Sink is { } sink ? await SinkAsync(sink, number, result, cancellationToken) : null;
        return (error, error is null, result);
    }

    private async ValueTask<(WorkError? Error, bool IsLast, Value Result)> FinishPageAsync(
        AttemptNumber number, CallOutcome outcome, CancellationToken cancellationToken)
    {
        var pagination = plan.Retry.OnSuccess!;
        var picked = _pages!.Pick(outcome.Response);
        if (picked.Kind == ValueKind.Undefined) scope.Warn();
        if (_pages.Add(picked) is { } tooMuch) return (tooMuch, false, Value.Undefined);
        var page = number.Page!.Value;
        if (pagination.PerPageSink is { } pageSink && _pagesSunk < page)
        {
            var part = Paged(outcome.Status, picked.Kind == ValueKind.Undefined ? Value.Null : picked, page);
            if (await SinkAsync(pageSink, number, part, cancellationToken) is { } pageError) return Undone(pageError);
            _pagesSunk = page;
        }

        var collected = _pages.Collected;
        scope.Bind(pagination.Collect.Into, collected);
        if (scope.Test(pagination.While) && page < pagination.MaxAttempts) return (null, false, Value.Undefined);
        var finished = await FinishAsync(number, Paged(outcome.Status, collected, page), cancellationToken);
        return finished.Error is { } error ? Undone(error) : finished;

        (WorkError?, bool, Value) Undone(WorkError cause)
        {
            _pages.TakeBack();
            return (cause, false, Value.Undefined);
        }
    }

    private Value Paged(int? status, Value collected, int pages) => Value.Map([
        new("status", status is { } code ? Value.From((long)code) : Value.Null),
        new("data", collected),
        new("meta", Value.Map([
            new("pages", Value.From((long)pages)),
            new("strategy", Value.From(plan.Retry.OnSuccess!.Collect.Strategy.ToString().ToLowerInvariant())),
        ])),
    ]);

    private async ValueTask<WorkError?> SinkAsync(SinkPlan sink, AttemptNumber number, Value result, CancellationToken cancellationToken)
    {
        scope.Bind("result", result);
        var error = await WriteAsync(sink, result, cancellationToken);
        if (error is null) notes.SinkDone(number);
        else notes.SinkFailed(number, error);
        return error;
    }

    private async ValueTask<WorkError?> WriteAsync(SinkPlan sink, Value result, CancellationToken cancellationToken)
    {
        if (!sink.Settings.TryRender(scope.Variables, scope.Templates, out var settings, out var wrong)) return CallErrors.Template(wrong!);
        if (tools.Sink(sink.Tool) is not { } target) return CallErrors.Configuration("sink.tool", $"{sink.Tool} is not a sink that this worker has.");
        var outcome = await target.CallAsync(new CallRequest(settings, "sink", result), context, cancellationToken);
        return outcome.Error is { } error ? AsSinkError(error) : null;
    }

    /// <summary>What the author of the playbook must mend keeps its kind; what went wrong outside becomes a failed sink.</summary>
    private static WorkError AsSinkError(WorkError error) => error.Kind is WorkErrorKind.Configuration or WorkErrorKind.Secret or WorkErrorKind.Sink
        ? error
        : error with { Kind = WorkErrorKind.Sink, Message = $"The sink failed: {error.Message}" };
}
