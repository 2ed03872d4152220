using System.Text.Json.Serialization;

namespace PlaybookOperator.Kubernetes.Objects;

/// <summary>The part of an apiextensions.k8s.io/v1 definition that tells whether the server serves it yet.</summary>
public sealed record CustomResourceDefinition : IKubernetesObject
{
    public ObjectMeta Metadata { get; init; } = new();

    public CustomResourceDefinitionStatus? Status { get; init; }

    [JsonIgnore]
    public bool IsEstablished => Status?.Conditions?.Any(condition => condition.Type == "Established" && condition.IsTrue) == true;
}

public sealed record CustomResourceDefinitionStatus
{
    public IReadOnlyList<Condition>? Conditions { get; init; }
}
