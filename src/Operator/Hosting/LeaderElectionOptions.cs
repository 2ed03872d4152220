using System.ComponentModel.DataAnnotations;

namespace PlaybookOperator.Operator.Hosting;

/// <summary>Who reconciles when there are several replicas. Section <c>LeaderElection</c>.</summary>
public sealed class LeaderElectionOptions
{
    public const string Section = "LeaderElection";

    /// <summary>Namespace of the Lease; empty: the one that the operator runs in.</summary>
    public string Namespace { get; set; } = "";

    [Required]
    public string Name { get; set; } = "playbook-operator";

    /// <summary>Name of this replica; empty: the machine's name and a random part.</summary>
    public string Identity { get; set; } = "";

    /// <summary>Seconds after which a silent leader's lease may be taken.</summary>
    [Range(3, 300)]
    public int LeaseSeconds { get; set; } = 15;

    /// <summary>Seconds within which the leader must have renewed; less than the lease.</summary>
    [Range(2, 290)]
    public int RenewDeadlineSeconds { get; set; } = 10;

    /// <summary>Seconds between attempts.</summary>
    [Range(1, 60)]
    public int RetryPeriodSeconds { get; set; } = 2;

    /// <summary>Seconds after which a leader that is not ready gives the lease to a replica that has been ready as long; 0: never.</summary>
    [Range(0, 3600)]
    public int ResignAfterSeconds { get; set; } = 30;
}
