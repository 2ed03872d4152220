using System.ComponentModel.DataAnnotations;

namespace PlaybookOperator.Operator.Metrics;

/// <summary>What is exported, and how much of it.</summary>
public sealed class MetricsOptions
{
    /// <summary>Meters whose name begins so are exported.</summary>
    [Required]
    public string MeterPrefix { get; set; } = "PlaybookOperator";

    /// <summary>Label combinations of one metric at most; measurements beyond are dropped and counted in <c>playbook_metrics_overflow_total</c>.</summary>
    [Range(1, 100_000)]
    public int MaxSeriesPerMetric { get; set; } = 1000;
}
