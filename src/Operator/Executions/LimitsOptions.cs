using System.ComponentModel.DataAnnotations;
using PlaybookOperator.Core.Playbooks;

namespace PlaybookOperator.Operator.Executions;

/// <summary>
/// What this operator grants at most of the limits of a playbook, each null unless said: as much as the playbook asks. Section <c>Limits</c>, such as
/// <c>PLAYBOOK_LIMITS__MAXITERATIONS</c>.
/// </summary>
public sealed class LimitsOptions : IValidatableObject
{
    public const string Section = "Limits";

    /// <summary>Iterations of one loop.</summary>
    [Range(1L, long.MaxValue)]
    public long? MaxIterations { get; set; }

    /// <summary>Seconds from start to end of an execution.</summary>
    [Range(1, 315_360_000)]
    public int? MaxDurationSeconds { get; set; }

    /// <summary>Iterations and calls of one execution at once.</summary>
    [Range(1, 100_000)]
    public int? MaxParallel { get; set; }

    /// <summary>Iterations and calls of all executions of one namespace at once, shared fairly.</summary>
    [Range(1, 1_000_000)]
    public int MaxParallelPerNamespace { get; set; } = 2_000;

    /// <summary>Iterations and calls of all executions at once, shared fairly; null: as many as the namespaces have.</summary>
    [Range(1, 1_000_000)]
    public int? MaxParallelTotal { get; set; }

    /// <summary>Events of one execution.</summary>
    [Range(100L, long.MaxValue)]
    public long? MaxEvents { get; set; }

    /// <summary>Bytes of a result inside its event; larger ones are stored by reference.</summary>
    [Range(0, 1 << 20)]
    public int? MaxResultBytes { get; set; }

    /// <summary>Memory limit of a pod, as a Kubernetes quantity.</summary>
    public string? Memory { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrEmpty(Memory) && !(Quantity.TryParse(Memory, out var bytes) && bytes >= 1))
            yield return new ValidationResult($"Memory must be a Kubernetes quantity such as 1Gi, not '{Memory}'.", [nameof(Memory)]);
    }

    public LimitCeilings Ceilings() => new()
    {
        MaxIterations = MaxIterations,
        MaxDuration = MaxDurationSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        MaxParallel = MaxParallel,
        MaxEvents = MaxEvents,
        MaxResultBytes = MaxResultBytes,
        Memory = string.IsNullOrEmpty(Memory) ? null : Memory,
    };
}
