using System.Buffers;

namespace PlaybookOperator.Operator.Metrics;

/// <summary>Writes metric families in one of the two formats.</summary>
internal readonly ref struct ExpositionWriter(IBufferWriter<byte> output, MetricsFormat format)
{
    /// <param name="family">What to write.</param>
    /// <param name="scrape">Null: all series. Else only those observed in this scrape: an instrument that stopped reporting one has dropped it.</param>
    public void Family(MetricFamily family, long? scrape)
    {
        Heading(family);
        foreach (var series in family.Series)
        {
            lock (series.Gate)
            {
                if (scrape is not null && series.SeenIn != scrape) continue;
                if (family.Bounds is null) Number(family, series);
                else Histogram(family, series);
            }
        }
    }

    public void End()
    {
        if (format == MetricsFormat.OpenMetrics) output.Write("# EOF\n"u8);
    }

    private void Heading(MetricFamily family)
    {
        // The classic format names a counter by its sample, OpenMetrics by the family.
        var suffix = format == MetricsFormat.Classic && family.Kind == MetricKind.Counter ? "_total"u8 : ""u8;
        if (family.Help.Length > 0)
        {
            Comment("# HELP "u8, family, suffix);
            output.Write(format == MetricsFormat.OpenMetrics ? family.QuotedHelp : family.Help);
            output.Write("\n"u8);
        }

        Comment("# TYPE "u8, family, suffix);
        output.Write(family.Kind switch
        {
            MetricKind.Counter => "counter\n"u8,
            MetricKind.Gauge => "gauge\n"u8,
            _ => "histogram\n"u8,
        });
        if (format != MetricsFormat.OpenMetrics || family.Unit.Length == 0) return;
        Comment("# UNIT "u8, family, suffix);
        output.Write(family.Unit);
        output.Write("\n"u8);
    }

    private void Comment(ReadOnlySpan<byte> word, MetricFamily family, ReadOnlySpan<byte> suffix)
    {
        output.Write(word);
        output.Write(family.Name);
        output.Write(suffix);
        output.Write(" "u8);
    }

    private void Number(MetricFamily family, MetricSeries series)
    {
        Start(family, family.Kind == MetricKind.Counter ? "_total"u8 : ""u8, series);
        ExpositionText.Write(output, series.Value);
        output.Write("\n"u8);
    }

    private void Histogram(MetricFamily family, MetricSeries series)
    {
        long below = 0;
        for (var i = 0; i < series.Buckets.Length; i++)
        {
            below += series.Buckets[i];
            Bucket(family, series, i < family.Bounds!.Length ? family.Bounds[i] : double.PositiveInfinity, below);
        }

        Start(family, "_sum"u8, series);
        ExpositionText.Write(output, series.Value);
        output.Write("\n"u8);
        Start(family, "_count"u8, series);
        ExpositionText.Write(output, series.Count);
        output.Write("\n"u8);
    }

    private void Bucket(MetricFamily family, MetricSeries series, double bound, long below)
    {
        output.Write(family.Name);
        output.Write("_bucket{"u8);
        output.Write(series.LabelText);
        if (series.LabelText.Length > 0) output.Write(","u8);
        output.Write("le=\""u8);
        ExpositionText.Write(output, bound, point: format == MetricsFormat.OpenMetrics);
        output.Write("\"} "u8);
        ExpositionText.Write(output, below);
        output.Write("\n"u8);
    }

    private void Start(MetricFamily family, ReadOnlySpan<byte> suffix, MetricSeries series)
    {
        output.Write(family.Name);
        output.Write(suffix);
        if (series.LabelText.Length > 0)
        {
            output.Write("{"u8);
            output.Write(series.LabelText);
            output.Write("}"u8);
        }

        output.Write(" "u8);
    }
}
