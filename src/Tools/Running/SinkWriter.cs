using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Running;

/// <summary>Renders sinks and writes them, noting each for the report.</summary>
internal sealed class SinkWriter(RunScope scope, ToolRegistry tools, CallContext context, RunNotes notes)
{
    /// <summary>Null when it was written. <paramref name="result"/> is what the sink's templates see as <c>result</c>.</summary>
    public ValueTask<WorkError?> WriteAsync(SinkPlan sink, AttemptNumber number, Value result, CancellationToken cancellationToken) =>
        WriteAsync(sink, number, result, context, cancellationToken);

    /// <summary>The same, asking before the commit and under a key that the target may recognise.</summary>
    public ValueTask<WorkError?> WriteAsync(
        SinkPlan sink, AttemptNumber number, Value result, Func<string, CancellationToken, ValueTask<bool>> beforeCommit, string key, CancellationToken cancellationToken) =>
        WriteAsync(sink, number, result, context with { BeforeCommit = beforeCommit, IdempotencyKey = key }, cancellationToken);

    /// <summary>Whether a transaction of a former delivery was committed; sinks without transactions know of none.</summary>
    public async ValueTask<(bool Committed, WorkError? Error)> WasCommittedAsync(SinkPlan sink, Value result, string transaction, CancellationToken cancellationToken)
    {
        if (tools.Sink(sink.Tool) is not ITransactionalSink target) return (false, null);
        scope.Bind("result", result);
        if (scope.HasLateInputs && await scope.NeedAsync(sink.Settings.References, cancellationToken) is { } unread) return (false, unread);
        if (!sink.Settings.TryRender(scope.Variables, scope.Templates, out var settings, out var wrong)) return (false, CallErrors.Template(wrong!));
        var outcome = await target.WasCommittedAsync(new CallRequest(settings, "sink", result), context, transaction, cancellationToken);
        return (outcome.Result.IsTruthy, outcome.Error is { } error ? AsSinkError(error) : null);
    }

    private async ValueTask<WorkError?> WriteAsync(SinkPlan sink, AttemptNumber number, Value result, CallContext how, CancellationToken cancellationToken)
    {
        scope.Bind("result", result);
        var error = await CallAsync(sink, result, how, cancellationToken);
        if (error is null) notes.SinkDone(number);
        else notes.SinkFailed(number, error);
        return error;
    }

    private async ValueTask<WorkError?> CallAsync(SinkPlan sink, Value result, CallContext how, CancellationToken cancellationToken)
    {
        if (scope.HasLateInputs && await scope.NeedAsync(sink.Settings.References, cancellationToken) is { } unread) return unread;
        if (!sink.Settings.TryRender(scope.Variables, scope.Templates, out var settings, out var wrong)) return CallErrors.Template(wrong!);
        if (tools.Sink(sink.Tool) is not { } target) return CallErrors.Configuration("sink.tool", $"{sink.Tool} is not a sink that this worker has.");
        var outcome = await target.CallAsync(new CallRequest(settings, "sink", result), how, cancellationToken);
        return outcome.Error is { } error ? AsSinkError(error) : null;
    }

    /// <summary>What the author of the playbook must mend keeps its kind; what went wrong outside becomes a failed sink.</summary>
    private static WorkError AsSinkError(WorkError error) => error.Kind is WorkErrorKind.Configuration or WorkErrorKind.Secret or WorkErrorKind.Sink
        ? error
        : error with { Kind = WorkErrorKind.Sink, Message = $"The sink failed: {error.Message}" };
}
