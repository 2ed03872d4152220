namespace PlaybookOperator.Kubernetes.Objects;

/// <summary>An object of which only the metadata matters, such as a namespace's uid.</summary>
public sealed record PartialObject : IKubernetesObject
{
    public ObjectMeta Metadata { get; init; } = new();
}
