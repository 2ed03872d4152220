using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using PlaybookOperator.Operator.Metrics;

namespace PlaybookOperator.Operator.Tests.Metrics;

/// <summary>A meter of one test and an exporter that listens to nothing else; also a meter factory for features under test.</summary>
internal sealed class Scrapes : IMeterFactory
{
    private readonly string _prefix = $"Test{Guid.NewGuid():N}";
    private readonly List<Meter> _meters = [];

    public Scrapes(int maxSeries = 1000)
    {
        Exporter = new(new MetricsOptions { MeterPrefix = _prefix, MaxSeriesPerMetric = maxSeries }, NullLogger<MetricsExporter>.Instance);
        Meter = Create(new MeterOptions("Tests"));
    }

    public MetricsExporter Exporter { get; }

    public Meter Meter { get; }

    public Meter Create(MeterOptions options)
    {
        var meter = new Meter($"{_prefix}.{options.Name}");
        _meters.Add(meter);
        return meter;
    }

    public string Text(MetricsFormat format = MetricsFormat.Classic)
    {
        var output = new ArrayBufferWriter<byte>();
        Exporter.Write(output, format);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public string[] Lines(string beginning) =>
        [.. Text().Split('\n').Where(line => line.StartsWith(beginning, StringComparison.Ordinal))];

    public void Dispose()
    {
        Exporter.Dispose();
        _meters.ForEach(meter => meter.Dispose());
    }
}
