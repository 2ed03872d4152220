namespace PlaybookOperator.Tools;

/// <summary>Something that a step or a sink can call. One instance serves all calls of a process, concurrently.</summary>
public interface ITool
{
    /// <summary>
    /// Makes one call. Whatever goes wrong outside comes back as <see cref="CallOutcome.Error"/>;
    /// only a cancelled <paramref name="cancellationToken"/> throws <see cref="OperationCanceledException"/>.
    /// </summary>
    ValueTask<CallOutcome> CallAsync(CallRequest request, CallContext context, CancellationToken cancellationToken);
}
