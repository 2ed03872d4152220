using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Kubernetes.Election;

/// <summary>
/// The lease to compete for, and the times of the race. <see cref="RetryPeriod"/> &lt; <see cref="RenewDeadline"/> &lt;
/// <see cref="LeaseDuration"/>: the gap between the last two is the time a former leader has to stop before another may lead.
/// </summary>
public sealed record LeaderElectorOptions
{
    public required NamespacedName Lease { get; init; }

    /// <summary>Distinct for each process, such as the pod's name with something random behind it.</summary>
    public required string Identity { get; init; }

    /// <summary>Others wait this long after the last renewal that they saw. Whole seconds. Default 15 s.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A leader that could not renew for this long gives up. Default 10 s.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between renewals, and between looks at another's lease. Default 2 s.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>When a leader that is not ready gives the lease to a replica that is. Without effect where nobody tells how ready this process is.</summary>
    public ResignationRules Resignation { get; init; } = new();

    internal void Check()
    {
        if (string.IsNullOrEmpty(Identity)) throw new InvalidOperationException("The identity of a leader must not be empty.");
        var ordered = TimeSpan.Zero < RetryPeriod && RetryPeriod < RenewDeadline && RenewDeadline < LeaseDuration;
        if (ordered && LeaseDuration >= TimeSpan.FromSeconds(1)) return;
        throw new InvalidOperationException(
            "The times of an election must satisfy 0 < RetryPeriod < RenewDeadline < LeaseDuration, the last at least 1 s.");
    }
}
