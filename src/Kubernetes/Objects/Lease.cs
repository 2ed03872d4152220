using System.Text.Json.Serialization;

namespace PlaybookOperator.Kubernetes.Objects;

/// <summary>A coordination.k8s.io/v1 Lease: who leads, and for how long that may be believed.</summary>
public sealed record Lease : IKubernetesObject
{
    public ObjectMeta Metadata { get; init; } = new();

    public LeaseSpec? Spec { get; init; }
}

public sealed record LeaseSpec
{
    /// <summary>Null or empty when nobody holds the lease.</summary>
    public string? HolderIdentity { get; init; }

    public int? LeaseDurationSeconds { get; init; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? AcquireTime { get; init; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? RenewTime { get; init; }

    /// <summary>How often the holder has changed.</summary>
    public int? LeaseTransitions { get; init; }
}
