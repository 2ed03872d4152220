using System.Diagnostics.Metrics;

namespace PlaybookOperator.Operator.Metrics;

/// <summary>What a type of instrument is to Prometheus.</summary>
/// <param name="Kind">The metric's type.</param>
/// <param name="Sets">Whether a measurement replaces the figure, rather than adding to it.</param>
/// <param name="Bounds">The buckets of a histogram.</param>
internal sealed record InstrumentShape(MetricKind Kind, bool Sets, double[]? Bounds)
{
    /// <summary>Null: not supported (numbers other than int, long and double, or a type unknown here).</summary>
    public static InstrumentShape? Of(Instrument instrument) => instrument switch
    {
        Counter<double> or Counter<long> or Counter<int> => new(MetricKind.Counter, false, null),
        ObservableCounter<double> or ObservableCounter<long> or ObservableCounter<int> => new(MetricKind.Counter, true, null),
        UpDownCounter<double> or UpDownCounter<long> or UpDownCounter<int> => new(MetricKind.Gauge, false, null),
        ObservableUpDownCounter<double> or ObservableUpDownCounter<long> or ObservableUpDownCounter<int> => new(MetricKind.Gauge, true, null),
        Gauge<double> or Gauge<long> or Gauge<int> => new(MetricKind.Gauge, true, null),
        ObservableGauge<double> or ObservableGauge<long> or ObservableGauge<int> => new(MetricKind.Gauge, true, null),
        Histogram<double> histogram => Buckets(histogram.Advice?.HistogramBucketBoundaries),
        Histogram<long> histogram => Buckets(histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound)),
        Histogram<int> histogram => Buckets(histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound)),
        _ => null,
    };

    private static InstrumentShape Buckets(IEnumerable<double>? bounds) =>
        new(MetricKind.Histogram, false, [.. (bounds ?? MetricsExporter.DefaultBuckets).Where(double.IsFinite)]);
}
