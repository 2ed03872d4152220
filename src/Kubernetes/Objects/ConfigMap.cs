namespace PlaybookOperator.Kubernetes.Objects;

/// <summary>A core/v1 ConfigMap's text entries.</summary>
public sealed record ConfigMap : IKubernetesObject
{
    public ObjectMeta Metadata { get; init; } = new();

    public IReadOnlyDictionary<string, string>? Data { get; init; }
}
