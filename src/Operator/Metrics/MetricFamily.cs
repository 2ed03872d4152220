using System.Collections.Concurrent;
using System.Text;

namespace PlaybookOperator.Operator.Metrics;

internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>One metric with its series. Finding a known series allocates nothing and takes no lock.</summary>
internal sealed class MetricFamily
{
    private readonly ConcurrentDictionary<int, MetricSeries> _byHash = new();
    private readonly Lock _adding = new();
    private readonly int _maxSeries;
    private MetricSeries[] _all = [];

    /// <param name="name">The exported name, without <c>_total</c>.</param>
    /// <param name="kind">Its type.</param>
    /// <param name="help">Free text; may be empty.</param>
    /// <param name="unit">Written only when the name ends in it, as OpenMetrics demands.</param>
    /// <param name="bounds">Upper bounds of the buckets, ascending, without infinity; for histograms only.</param>
    /// <param name="maxSeries">Series at most.</param>
    public MetricFamily(string name, MetricKind kind, string? help, string? unit, double[]? bounds, int maxSeries)
    {
        (Kind, Bounds, _maxSeries) = (kind, bounds, maxSeries);
        Name = Encoding.UTF8.GetBytes(name);
        Text = name;
        Help = Encoding.UTF8.GetBytes(ExpositionText.Escape(help ?? "", quotes: false));
        QuotedHelp = Encoding.UTF8.GetBytes(ExpositionText.Escape(help ?? "", quotes: true));
        Unit = unit is { Length: > 0 } && name.EndsWith('_' + unit, StringComparison.Ordinal) ? Encoding.UTF8.GetBytes(unit) : [];
    }

    public string Text { get; }

    public byte[] Name { get; }

    public MetricKind Kind { get; }

    /// <summary>Escaped for the classic format.</summary>
    public byte[] Help { get; }

    /// <summary>Escaped for OpenMetrics, which escapes quotation marks too.</summary>
    public byte[] QuotedHelp { get; }

    public byte[] Unit { get; }

    public double[]? Bounds { get; }

    /// <summary>In the order of their first measurement.</summary>
    public ReadOnlySpan<MetricSeries> Series => Volatile.Read(ref _all);

    /// <summary>The series of these labels, made on first use; null when the metric already has as many as it may.</summary>
    public MetricSeries? SeriesOf(ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var hash = 0;
        foreach (var (name, value) in labels) hash += HashCode.Combine(name, value as string ?? value?.ToString());
        return Find(hash, labels) ?? Add(hash, labels);
    }

    private MetricSeries? Find(int hash, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        for (var series = _byHash.GetValueOrDefault(hash); series is not null; series = series.Next)
            if (Same(series.Labels, labels)) return series;
        return null;
    }

    private MetricSeries? Add(int hash, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        lock (_adding)
        {
            if (Find(hash, labels) is { } present) return present;
            if (_all.Length >= _maxSeries) return null;
            var sorted = new KeyValuePair<string, string>[labels.Length];
            for (var i = 0; i < labels.Length; i++) sorted[i] = new(labels[i].Key, labels[i].Value?.ToString() ?? "");
            Array.Sort(sorted, (a, b) => string.CompareOrdinal(a.Key, b.Key));
            var series = new MetricSeries(sorted, ExpositionText.Labels(sorted), Bounds) { Next = _byHash.GetValueOrDefault(hash) };
            _byHash[hash] = series;
            Volatile.Write(ref _all, [.. _all, series]);
            return series;
        }
    }

    private static bool Same(KeyValuePair<string, string>[] known, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        if (known.Length != labels.Length) return false;
        foreach (var (name, value) in labels)
            if (!Has(known, name, value as string ?? value?.ToString() ?? "")) return false;
        return true;
    }

    private static bool Has(KeyValuePair<string, string>[] known, string name, string value)
    {
        foreach (var label in known)
            if (label.Key == name && label.Value == value) return true;
        return false;
    }
}
