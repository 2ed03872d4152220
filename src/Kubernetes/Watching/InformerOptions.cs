using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Kubernetes.Watching;

/// <summary>What an <see cref="Informer{T}"/> watches, keeps, and how patient it is.</summary>
public sealed record InformerOptions<T>
    where T : class, IKubernetesObject
{
    /// <summary>Default: every object of the kind in every namespace.</summary>
    public ListOptions Selection { get; init; } = new();

    /// <summary>Applied to each object before it is kept or told: drops what is never read. Must keep the metadata's name,
    /// namespace, uid and resourceVersion. Null keeps everything.</summary>
    public Func<T, T>? Trim { get; init; }

    /// <summary>
    /// The server ends each watch after about this time and the informer resumes it, so that connections spread over servers.
    /// Default 5 min.
    /// </summary>
    public TimeSpan WatchLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A server that says nothing for this long, not even that the watch is over, is given up. Default 6 min; above the
    /// lifetime of a watch, since the server of a quiet kind has nothing to say until then.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(6);

    /// <summary>Everything is listed anew and compared at the end of a watch once this time has passed, as a safeguard against
    /// events that never came. Default 1 h.</summary>
    public TimeSpan RelistEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Delay after a first failure; doubled with each further one, with jitter. Default 500 ms.</summary>
    public TimeSpan InitialBackoff { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Default 30 s.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(30);
}
