namespace PlaybookOperator.Kubernetes.Client;

/// <summary>Which objects of a kind are meant.</summary>
public sealed record ListOptions
{
    /// <summary>Null means all namespaces.</summary>
    public string? Namespace { get; init; }

    /// <summary>As kubectl's <c>-l</c>; null means all.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>
    /// As kubectl's <c>--field-selector</c>; custom resources know only <c>metadata.name</c> and <c>metadata.namespace</c>.
    /// </summary>
    public string? FieldSelector { get; init; }
}

/// <summary>Where a watch begins and when it ends.</summary>
public sealed record WatchOptions
{
    /// <summary>Events after this version are sent: the version of a list, of an object or of a bookmark.</summary>
    public required string ResourceVersion { get; init; }

    /// <summary>The server is asked to end the watch after this time, in whole seconds.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A server that sends nothing, not even the end, for this long is given up. Above <see cref="Lifetime"/>.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(6);

    /// <summary>Called once the server has accepted the watch, which may be long before it tells anything.</summary>
    public Action? Opened { get; init; }
}
