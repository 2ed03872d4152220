namespace PlaybookOperator.Operator.Metrics;

/// <summary>One label combination of a metric and its figures. Thread-safe; what is read under <see cref="Gate"/> fits together.</summary>
internal sealed class MetricSeries(KeyValuePair<string, string>[] labels, byte[] labelText, double[]? bounds)
{
    private readonly long[] _buckets = bounds is null ? [] : new long[bounds.Length + 1];

    public Lock Gate { get; } = new();

    /// <summary>As measured, in order of their names.</summary>
    public KeyValuePair<string, string>[] Labels { get; } = labels;

    /// <summary><c>a="b",c="d"</c>, escaped, in UTF-8; empty without labels.</summary>
    public byte[] LabelText { get; } = labelText;

    /// <summary>The next series whose labels have the same hash.</summary>
    public MetricSeries? Next { get; set; }

    /// <summary>The scrape in which an observed figure was last reported; 0 before the first.</summary>
    public long SeenIn { get; private set; }

    /// <summary>The figure of a counter or gauge, the sum of a histogram.</summary>
    public double Value { get; private set; }

    public long Count { get; private set; }

    /// <summary>Measurements in each bucket alone (not cumulated); the last is beyond every bound.</summary>
    public ReadOnlySpan<long> Buckets => _buckets;

    public void Add(double amount)
    {
        lock (Gate) Value += amount;
    }

    public void Set(double value, long scrape)
    {
        lock (Gate) (Value, SeenIn) = (value, scrape);
    }

    public void Observe(double value)
    {
        var bucket = 0;
        while (bucket < bounds!.Length && !(value <= bounds[bucket])) bucket++;
        lock (Gate)
        {
            Value += value;
            Count++;
            _buckets[bucket]++;
        }
    }
}
