using System.ComponentModel.DataAnnotations;

namespace PlaybookOperator.Operator.Hosting;

/// <summary>How the leader reconciles. Section <c>Reconcile</c>.</summary>
public sealed class ReconcileOptions : IValidatableObject
{
    public const string Section = "Reconcile";

    /// <summary>Executions reconciled at the same time.</summary>
    [Range(1, 64)]
    public int Executions { get; set; } = 8;

    /// <summary>Executions at the same time whose templates take long to evaluate, each on a thread of its own; they are not among the others.</summary>
    [Range(1, 16)]
    public int LongExecutions { get; set; } = 2;

    /// <summary>Playbooks compiled at the same time.</summary>
    [Range(1, 16)]
    public int Playbooks { get; set; } = 2;

    /// <summary>Seconds between sweeps for executions whose resource is gone.</summary>
    [Range(1, 3600)]
    public int SweepSeconds { get; set; } = 60;

    /// <summary>Seconds between looks for executions whose <c>eventRetention</c> is over.</summary>
    [Range(1, 86_400)]
    public int RetentionSeconds { get; set; } = 300;

    /// <summary>Seconds after which a running execution without any activity counts in <c>playbook_executions_stuck</c>. Sweeps must come more often.</summary>
    [Range(60, 86_400)]
    public int StuckAfterSeconds { get; set; } = 900;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (SweepSeconds >= StuckAfterSeconds)
        {
            yield return new ValidationResult(
                $"StuckAfterSeconds must be more than SweepSeconds, which is {SweepSeconds}, not {StuckAfterSeconds}: what nobody looks at would count as stuck.",
                [nameof(StuckAfterSeconds)]);
        }
    }
}
