using PlaybookOperator.Tools.Queries;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Tools;

/// <summary>What a call may use beside its request.</summary>
public sealed record CallContext
{
    public required SecretScope Secrets { get; init; }

    /// <summary>True when the step limits the whole attempt: tools then do without their default timeouts.</summary>
    public bool HasAttemptTimeout { get; init; }

    /// <summary>Bytes that a result may have at most.</summary>
    public long MaxResultBytes { get; init; } = 64L << 20;

    /// <summary>
    /// Asked by sinks that write in a transaction when all is written and before it is committed, with the transaction's name; false: roll back.
    /// Null: nobody needs to know.
    /// </summary>
    public Func<string, CancellationToken, ValueTask<bool>>? BeforeCommit { get; init; }

    /// <summary>Serves calls of steps with <c>cache</c>; null: every call is made.</summary>
    internal QueryCalls? Queries { get; init; }

    /// <summary>Sent along by sinks that cannot tell whether they were written, so that their target can; null: none.</summary>
    public string? IdempotencyKey { get; init; }
}
