using System.Text.Json.Serialization;

namespace PlaybookOperator.Kubernetes.Objects;

/// <summary>One observed aspect of an object, in the form that <c>kubectl wait --for=condition</c> understands.</summary>
public sealed record Condition
{
    public required string Type { get; init; }

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public required string Status { get; init; }

    public long? ObservedGeneration { get; init; }

    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>One CamelCase word for machines.</summary>
    public string? Reason { get; init; }

    public string? Message { get; init; }

    [JsonIgnore]
    public bool IsTrue => Status == "True";

    /// <summary>
    /// The conditions with <paramref name="next"/> in place of the one of its type; the time of the last transition is kept while
    /// the status stays the same, so that writing an unchanged condition changes nothing.
    /// </summary>
    public static IReadOnlyList<Condition> Set(IReadOnlyList<Condition>? conditions, Condition next)
    {
        ArgumentNullException.ThrowIfNull(next);
        var result = new List<Condition>(conditions ?? []);
        var index = result.FindIndex(known => known.Type == next.Type);
        if (index < 0)
        {
            result.Add(next);
            return result;
        }

        var kept = result[index].Status == next.Status ? result[index].LastTransitionTime : null;
        result[index] = kept is null ? next : next with { LastTransitionTime = kept };
        return result;
    }
}
