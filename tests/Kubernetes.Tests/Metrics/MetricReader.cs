using System.Diagnostics.Metrics;
using System.Globalization;
using PlaybookOperator.Kubernetes.Metrics;

namespace PlaybookOperator.Kubernetes.Tests.Metrics;

/// <summary>Sums what one set of instruments reports, as <c>name{label=value,…}</c>.</summary>
internal sealed class MetricReader : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(Meter Meter, string Series), double> _values = [];
    private readonly MeterListener _listener = new();

    /// <param name="create">Makes the instruments; the reader listens before they exist, so that first values are not missed.</param>
    public MetricReader(Func<KubernetesMetrics> create)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == KubernetesMetrics.MeterName) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) => Note(instrument, value, labels));
        _listener.SetMeasurementEventCallback<int>((instrument, value, labels, _) => Note(instrument, value, labels));
        _listener.SetMeasurementEventCallback<double>((instrument, value, labels, _) => Note(instrument, value, labels));
        _listener.Start();
        Metrics = create();
    }

    public KubernetesMetrics Metrics { get; }

    public double? Read(string series)
    {
        _listener.RecordObservableInstruments();
        lock (_lock) return _values.TryGetValue((Metrics.Meter, series), out var value) ? value : null;
    }

    public void Dispose()
    {
        _listener.Dispose();
        Metrics.Dispose();
    }

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var texts = labels.ToArray().Select(label => string.Create(CultureInfo.InvariantCulture, $"{label.Key}={label.Value}"));
        var series = (instrument.Meter, $"{instrument.Name}{{{string.Join(',', texts)}}}");
        // As the exporter does: not a number makes the series exist.
        var counts = double.IsNaN(value) ? 0 : value;
        lock (_lock) _values[series] = instrument.IsObservable ? value : _values.GetValueOrDefault(series) + counts;
    }
}
