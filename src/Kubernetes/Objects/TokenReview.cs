namespace PlaybookOperator.Kubernetes.Objects;

/// <summary>An authentication.k8s.io/v1 TokenReview: asks the server whose token this is.</summary>
public sealed record TokenReview : IKubernetesObject
{
    public ObjectMeta Metadata { get; init; } = new();

    public TokenReviewSpec? Spec { get; init; }

    public TokenReviewStatus? Status { get; init; }
}

public sealed record TokenReviewSpec
{
    /// <summary>The bearer token: a secret, never logged.</summary>
    public string? Token { get; init; }

    /// <summary>The token must be meant for one of these; null means the API server itself.</summary>
    public IReadOnlyList<string>? Audiences { get; init; }

    // A record prints its members; this one must not.
    public override string ToString() => nameof(TokenReviewSpec);
}

public sealed record TokenReviewStatus
{
    public bool Authenticated { get; init; }

    public UserIdentity? User { get; init; }

    public IReadOnlyList<string>? Audiences { get; init; }

    /// <summary>Why the token could not be checked.</summary>
    public string? Error { get; init; }
}

public sealed record UserIdentity
{
    public string? Username { get; init; }

    public string? Uid { get; init; }

    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>For a projected token: <c>authentication.kubernetes.io/pod-name</c> and <c>…/pod-uid</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Extra { get; init; }

    /// <summary>The first value of an extra attribute, or null.</summary>
    public string? ExtraValue(string key) =>
        Extra is not null && Extra.TryGetValue(key, out var values) && values.Count > 0 ? values[0] : null;
}
