using System.Text.Json;

namespace PlaybookOperator.Core.Statistics;

/// <summary>What one name of a loop's <c>aggregate</c> has come to.</summary>
/// <param name="Name">As the playbook names it.</param>
/// <param name="Stats">Over all numbers.</param>
/// <param name="Samples">What quantiles are read from.</param>
public sealed record AggregateSummary(string Name, RunningStats Stats, Reservoir Samples)
{
    /// <summary>As templates see it: a member with <c>count, sum, mean, min, max, stddev, p50, p95, p99</c>; null where there is no such figure.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject(Name);
        writer.WriteNumber("count", Stats.Count);
        writer.WriteNumber("sum", Stats.Sum);
        // Not the running mean: of whole numbers this one is exact, as readers expect of a sum and a count that stand beside it.
        Write(writer, "mean", Stats.Count == 0 ? null : Stats.Sum / Stats.Count);
        Write(writer, "min", Stats.Min);
        Write(writer, "max", Stats.Max);
        Write(writer, "stddev", Stats.StandardDeviation);
        Write(writer, "p50", Samples.Quantile(0.5));
        Write(writer, "p95", Samples.Quantile(0.95));
        Write(writer, "p99", Samples.Quantile(0.99));
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, double? number)
    {
        if (number is { } known) writer.WriteNumber(name, known);
        else writer.WriteNull(name);
    }
}
