namespace PlaybookOperator.Kubernetes.Objects;

/// <summary>An authorization.k8s.io/v1 SubjectAccessReview: asks the server whether somebody may do something.</summary>
public sealed record SubjectAccessReview : IKubernetesObject
{
    public ObjectMeta Metadata { get; init; } = new();

    public SubjectAccessReviewSpec? Spec { get; init; }

    public SubjectAccessReviewStatus? Status { get; init; }
}

public sealed record SubjectAccessReviewSpec
{
    public string? User { get; init; }

    public string? Uid { get; init; }

    public IReadOnlyList<string>? Groups { get; init; }

    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Extra { get; init; }

    public ResourceAttributes? ResourceAttributes { get; init; }
}

public sealed record ResourceAttributes
{
    /// <summary>Null or empty means all namespaces, or a cluster-scoped kind.</summary>
    public string? Namespace { get; init; }

    public string? Verb { get; init; }

    public string? Group { get; init; }

    public string? Resource { get; init; }

    public string? Subresource { get; init; }

    public string? Name { get; init; }
}

public sealed record SubjectAccessReviewStatus
{
    public bool Allowed { get; init; }

    /// <summary>True when a rule says no, whatever other rules say.</summary>
    public bool Denied { get; init; }

    public string? Reason { get; init; }

    public string? EvaluationError { get; init; }
}
