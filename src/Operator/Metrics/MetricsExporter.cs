using System.Buffers;
using System.Diagnostics.Metrics;

namespace PlaybookOperator.Operator.Metrics;

/// <summary>
/// Listens to the meters of this process and writes what they measured for Prometheus. Thread-safe.
/// <para>
/// Instruments carry the name that is exported: <c>playbook_iteration_duration_seconds</c>. A counter's sample gets
/// <c>_total</c> (an instrument may already end so; it is not doubled); characters that Prometheus does not allow become
/// <c>_</c>. The unit is announced when the name ends in it. UpDownCounters are gauges. Buckets are the instrument's
/// advice, else <see cref="DefaultBuckets"/>. Not a number, given to a histogram, makes its series exist with 0 and counts as nothing.
/// </para>
/// </summary>
/// <remarks>
/// Instruments of one name and type share a metric, so that several instances of a feature may each own a meter; a
/// second instrument of the same name but another type is ignored and logged.
/// </remarks>
public sealed partial class MetricsExporter : IDisposable
{
    private readonly SortedDictionary<string, Export> _exports = new(StringComparer.Ordinal);
    private readonly Lock _naming = new();
    private readonly Lock _scraping = new();
    private readonly MeterListener _listener = new();
    private readonly MetricsOptions _options;
    private readonly ILogger<MetricsExporter> _logger;
    private readonly MetricFamily _overflow;
    private Export[] _ordered = [];
    private long _scrape;

    public MetricsExporter(MetricsOptions options, ILogger<MetricsExporter> logger)
    {
        (_options, _logger) = (options, logger);
        _overflow = new("playbook_metrics_overflow", MetricKind.Counter, "Measurements dropped because their metric had too many series.", null, null, int.MaxValue);
        Register(new Export(this, _overflow, sets: false, observed: false));
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ExportOf(instrument) is { } export) listener.EnableMeasurementEvents(instrument, export);
        };
        _listener.SetMeasurementEventCallback<double>((_, value, labels, state) => ((Export)state!).Record(value, labels));
        _listener.SetMeasurementEventCallback<long>((_, value, labels, state) => ((Export)state!).Record(value, labels));
        _listener.SetMeasurementEventCallback<int>((_, value, labels, state) => ((Export)state!).Record(value, labels));
        _listener.Start();
    }

    /// <summary>In seconds, from a fast query to a slow call: 1 ms to 5 min.</summary>
    public static IReadOnlyList<double> DefaultBuckets { get; } =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

    /// <summary>
    /// Asks the observable instruments, then writes every metric in order of its name. One scrape at a time. Each series
    /// is written as it was at one moment: a histogram's buckets, sum and count always fit each other.
    /// </summary>
    /// <remarks>An observable instrument whose callback throws is missing from this scrape and logged; the others are not its victims.</remarks>
    public void Write(IBufferWriter<byte> output, MetricsFormat format)
    {
        lock (_scraping)
        {
            Interlocked.Increment(ref _scrape);
            Observe();
            var writer = new ExpositionWriter(output, format);
            foreach (var export in Volatile.Read(ref _ordered)) writer.Family(export.Family, export.Observed ? _scrape : null);
            writer.End();
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Observe()
    {
        try
        {
            _listener.RecordObservableInstruments();
        }
        catch (AggregateException failures)
        {
            LogObservationFailed(failures);
        }
    }

    private Export? ExportOf(Instrument instrument)
    {
        if (!instrument.Meter.Name.StartsWith(_options.MeterPrefix, StringComparison.Ordinal)) return null;
        if (InstrumentShape.Of(instrument) is not { } shape)
        {
            LogUnsupported(instrument.Name, instrument.GetType().Name);
            return null;
        }

        var name = ExpositionText.Name(instrument.Name);
        if (shape.Kind == MetricKind.Counter && name.EndsWith("_total", StringComparison.Ordinal)) name = name[..^"_total".Length];
        lock (_naming)
        {
            if (!_exports.TryGetValue(name, out var export))
            {
                var family = new MetricFamily(name, shape.Kind, instrument.Description, instrument.Unit, shape.Bounds, _options.MaxSeriesPerMetric);
                export = Register(new Export(this, family, shape.Sets, instrument.IsObservable));
            }

            if (export.Family.Kind == shape.Kind && export.Sets == shape.Sets && export.Observed == instrument.IsObservable) return export;
            LogClash(name, instrument.Meter.Name);
            return null;
        }
    }

    private Export Register(Export export)
    {
        _exports.Add(export.Family.Text, export);
        Volatile.Write(ref _ordered, [.. _exports.Values]);
        return export;
    }

    private void CountOverflow(MetricFamily family) => _overflow.SeriesOf([new("metric", family.Text)])!.Add(1);

    /// <summary>Where an instrument's measurements go.</summary>
    private sealed class Export(MetricsExporter exporter, MetricFamily family, bool sets, bool observed)
    {
        public MetricFamily Family => family;

        public bool Sets => sets;

        public bool Observed => observed;

        public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
        {
            var series = family.SeriesOf(labels);
            if (series is null) exporter.CountOverflow(family);
            else if (family.Bounds is not null)
            {
                if (!double.IsNaN(value)) series.Observe(value);
            }
            else if (sets) series.Set(value, Interlocked.Read(ref exporter._scrape));
            else series.Add(value);
        }
    }
}
