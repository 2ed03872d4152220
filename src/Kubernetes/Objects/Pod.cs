using System.Text.Json.Serialization;

namespace PlaybookOperator.Kubernetes.Objects;

/// <summary>The part of a core/v1 Pod that tells how a worker fares and why it ended.</summary>
public sealed record Pod : IKubernetesObject
{
    public ObjectMeta Metadata { get; init; } = new();

    public PodSpec? Spec { get; init; }

    public PodStatus? Status { get; init; }
}

public sealed record PodSpec
{
    public string? NodeName { get; init; }

    public string? ServiceAccountName { get; init; }
}

public sealed record PodStatus
{
    /// <summary><c>Pending</c>, <c>Running</c>, <c>Succeeded</c>, <c>Failed</c> or <c>Unknown</c>.</summary>
    public string? Phase { get; init; }

    /// <summary>Why the pod as a whole ended, such as <c>Evicted</c> or <c>DeadlineExceeded</c>.</summary>
    public string? Reason { get; init; }

    public string? Message { get; init; }

    [JsonPropertyName("podIP")]
    public string? PodIp { get; init; }

    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? StartTime { get; init; }

    public IReadOnlyList<Condition>? Conditions { get; init; }

    public IReadOnlyList<ContainerStatus>? ContainerStatuses { get; init; }
}

public sealed record ContainerStatus
{
    public string Name { get; init; } = "";

    public int RestartCount { get; init; }

    /// <summary>Exactly one member of it is set.</summary>
    public ContainerState? State { get; init; }
}

public sealed record ContainerState
{
    public ContainerWaiting? Waiting { get; init; }

    public ContainerRunning? Running { get; init; }

    public ContainerTerminated? Terminated { get; init; }
}

/// <param name="Reason">Such as <c>ImagePullBackOff</c>.</param>
public sealed record ContainerWaiting(string? Reason, string? Message);

public sealed record ContainerRunning
{
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? StartedAt { get; init; }
}

public sealed record ContainerTerminated
{
    public int ExitCode { get; init; }

    /// <summary>Such as <c>Completed</c>, <c>Error</c> or <c>OOMKilled</c>.</summary>
    public string? Reason { get; init; }

    public string? Message { get; init; }

    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? FinishedAt { get; init; }
}
