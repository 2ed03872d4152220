using System.Text.Json.Serialization;

namespace PlaybookOperator.Kubernetes.Objects;

/// <summary>
/// The part of a batch/v1 Job that is needed to watch one. The pod template is left out on purpose: a watched Job costs a few
/// hundred bytes; Jobs are created from a JSON manifest.
/// </summary>
public sealed record Job : IKubernetesObject
{
    public ObjectMeta Metadata { get; init; } = new();

    public JobSpec? Spec { get; init; }

    public JobStatus? Status { get; init; }

    /// <summary>True once the Job can no longer change its outcome.</summary>
    [JsonIgnore]
    public bool IsFinished => IsComplete || IsFailed;

    [JsonIgnore]
    public bool IsComplete => HasCondition("Complete");

    [JsonIgnore]
    public bool IsFailed => HasCondition("Failed");

    private bool HasCondition(string type) => Status?.Conditions?.Any(condition => condition.Type == type && condition.IsTrue) == true;
}

public sealed record JobSpec
{
    public int? Parallelism { get; init; }

    public int? Completions { get; init; }

    public int? BackoffLimit { get; init; }

    public long? ActiveDeadlineSeconds { get; init; }
}

public sealed record JobStatus
{
    /// <summary>Pods that have not ended.</summary>
    public int? Active { get; init; }

    public int? Succeeded { get; init; }

    public int? Failed { get; init; }

    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? StartTime { get; init; }

    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? CompletionTime { get; init; }

    public IReadOnlyList<Condition>? Conditions { get; init; }
}
