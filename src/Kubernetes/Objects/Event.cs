using System.Text.Json.Serialization;

namespace PlaybookOperator.Kubernetes.Objects;

/// <summary>An events.k8s.io/v1 Event, as shown by <c>kubectl describe</c>.</summary>
public sealed record Event : IKubernetesObject
{
    public ObjectMeta Metadata { get; init; } = new();

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? EventTime { get; init; }

    public string? ReportingController { get; init; }

    public string? ReportingInstance { get; init; }

    /// <summary>What was done, one CamelCase word.</summary>
    public string? Action { get; init; }

    /// <summary>Why, one CamelCase word.</summary>
    public string? Reason { get; init; }

    public ObjectReference? Regarding { get; init; }

    /// <summary>At most 1024 characters.</summary>
    public string? Note { get; init; }

    /// <summary><c>Normal</c> or <c>Warning</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Null while the event has happened once only.</summary>
    public EventSeries? Series { get; init; }
}

public sealed record EventSeries
{
    /// <summary>At least 2.</summary>
    public int Count { get; init; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? LastObservedTime { get; init; }
}

/// <summary>Points at an object of any kind.</summary>
public sealed record ObjectReference
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public string? Namespace { get; init; }

    public string? Name { get; init; }

    public string? Uid { get; init; }

    public string? ResourceVersion { get; init; }

    public static ObjectReference To<T>(ResourceType<T> type, T item)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(item);
        return new ObjectReference
        {
            ApiVersion = type.ApiVersion,
            Kind = type.Kind,
            Namespace = item.Metadata.Namespace,
            Name = item.Metadata.Name,
            Uid = item.Metadata.Uid,
            ResourceVersion = item.Metadata.ResourceVersion,
        };
    }
}
