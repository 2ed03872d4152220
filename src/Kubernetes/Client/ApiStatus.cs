namespace PlaybookOperator.Kubernetes.Client;

/// <summary>The server's own account of a failure (<c>kind: Status</c>).</summary>
public sealed record ApiStatus
{
    public int? Code { get; init; }

    /// <summary>One word, such as <c>AlreadyExists</c> or <c>Expired</c>.</summary>
    public string? Reason { get; init; }

    public string? Message { get; init; }

    public ApiStatusDetails? Details { get; init; }
}

public sealed record ApiStatusDetails
{
    public IReadOnlyList<ApiStatusCause>? Causes { get; init; }

    public int? RetryAfterSeconds { get; init; }
}

/// <summary>One of the reasons for which an object was refused.</summary>
/// <param name="Field">Path within the object, such as <c>spec.template</c>; null when the cause is not about a field.</param>
public sealed record ApiStatusCause(string? Reason, string? Message, string? Field);
