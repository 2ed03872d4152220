namespace PlaybookOperator.Tools;

/// <summary>A sink that obeys <see cref="CallContext.BeforeCommit"/> and can tell afterwards, also from another process, what became of a transaction.</summary>
public interface ITransactionalSink : ITool
{
    /// <summary>
    /// What became of the transaction that <see cref="CallContext.BeforeCommit"/> was told about: the result is true when it was committed, false when
    /// it was not or is no longer known. One that is still open is waited for; an error when it does not end.
    /// </summary>
    ValueTask<CallOutcome> WasCommittedAsync(CallRequest request, CallContext context, string transaction, CancellationToken cancellationToken);
}
