namespace PlaybookOperator.Kubernetes.Client;

/// <summary>Which part of a container's output to read.</summary>
public sealed record LogOptions
{
    /// <summary>Null: the pod's only container.</summary>
    public string? Container { get; init; }

    /// <summary>At most this many of the last lines.</summary>
    public int TailLines { get; init; } = 100;

    /// <summary>At most this many bytes, counted from the first of those lines.</summary>
    public int LimitBytes { get; init; } = 64 * 1024;
}
