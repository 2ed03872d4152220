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
}
