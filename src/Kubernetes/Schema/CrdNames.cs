namespace PlaybookOperator.Kubernetes.Schema;

/// <summary>The further names under which kubectl finds a kind.</summary>
public sealed record CrdNames
{
    /// <summary>Such as <c>deploy</c> for deployments.</summary>
    public IReadOnlyList<string> ShortNames { get; init; } = [];

    /// <summary>Groups of kinds, such as <c>all</c>.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];
}
