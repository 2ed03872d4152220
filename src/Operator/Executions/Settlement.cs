using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Operator.Executions;

/// <summary>What became of ended workers that cannot report by themselves.</summary>
public sealed record Settlement
{
    public static Settlement Nothing { get; } = new();

    /// <summary>Reports were taken in: what was read of the log is no longer all there is.</summary>
    public bool Reported { get; init; }

    /// <summary>Deliveries whose end is not yet told: they count as active until it is.</summary>
    public IReadOnlySet<Delivery> Unsettled { get; init; } = new HashSet<Delivery>();

    /// <summary>When to look again although nothing happens; null: when woken.</summary>
    public DateTimeOffset? WakeAt { get; init; }
}
