using System.Runtime.InteropServices;

namespace PlaybookOperator.Core.Statistics;

/// <summary>
/// Count, sum, mean, extremes and variance of a stream of numbers in constant memory. A value: adding and merging
/// return the new state, so partial figures of several workers can be kept and merged in any order and grouping
/// (equal up to rounding). It counts what it is given; keeping duplicates away is the caller's part.
/// </summary>
/// <remarks>
/// Mean and squared deviations are updated by Welford's recurrence (Technometrics 4, 1962) and merged by the pairwise
/// formula of Chan, Golub and LeVeque (1979): neither subtracts two large sums, so a small spread on a large mean survives.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RunningStats
{
    /// <summary>The numbers added so far.</summary>
    public long Count { get; init; }

    public double Sum { get; init; }

    /// <summary>0 while nothing was added.</summary>
    public double Mean { get; init; }

    /// <summary>The sum of the squared distances from the mean: with count and mean, all that a merge needs.</summary>
    public double SquaredDeviations { get; init; }

    /// <summary>Null while nothing was added.</summary>
    public double? Min { get; init; }

    /// <summary>Null while nothing was added.</summary>
    public double? Max { get; init; }

    /// <summary>Of the numbers as a sample of something larger (divided by count - 1); null below two numbers.</summary>
    public double? Variance => Count < 2 ? null : SquaredDeviations / (Count - 1);

    /// <summary>The root of <see cref="Variance"/>; null below two numbers.</summary>
    public double? StandardDeviation => Variance is { } variance ? Math.Sqrt(variance) : null;

    /// <summary>Of the numbers as the whole (divided by count); null while nothing was added.</summary>
    public double? PopulationVariance => Count == 0 ? null : SquaredDeviations / Count;

    /// <exception cref="ArgumentOutOfRangeException">The number is not finite: it would swallow all others.</exception>
    public RunningStats Add(double number)
    {
        if (!double.IsFinite(number)) throw new ArgumentOutOfRangeException(nameof(number), number, "Only finite numbers can be averaged.");
        var distance = number - Mean;
        var mean = Mean + (distance / (Count + 1));
        return new()
        {
            Count = Count + 1,
            Sum = Sum + number,
            Mean = mean,
            SquaredDeviations = SquaredDeviations + (distance * (number - mean)),
            Min = Min < number ? Min : number,
            Max = Max > number ? Max : number,
        };
    }

    public RunningStats Merge(in RunningStats other)
    {
        if (other.Count == 0) return this;
        if (Count == 0) return other;
        var count = Count + other.Count;
        var distance = other.Mean - Mean;
        return new()
        {
            Count = count,
            Sum = Sum + other.Sum,
            Mean = Mean + (distance * other.Count / count),
            SquaredDeviations = SquaredDeviations + other.SquaredDeviations + (distance * distance * Count * other.Count / count),
            Min = Math.Min(Min!.Value, other.Min!.Value),
            Max = Math.Max(Max!.Value, other.Max!.Value),
        };
    }
}
