using PlaybookOperator.Core.Statistics;
using Xunit;

namespace PlaybookOperator.Core.Tests.Statistics;

public sealed class RunningStatsTests
{
    [Fact]
    public void Figures_of_a_small_series_are_right()
    {
        var stats = Of([2, 4, 4, 4, 5, 5, 7, 9]);

        Assert.Equal((8, 40, 5), (stats.Count, stats.Sum, stats.Mean));
        Assert.Equal((2, 9), (stats.Min, stats.Max));
        Assert.Equal(4, stats.PopulationVariance!.Value, 12);
        Assert.Equal(32.0 / 7, stats.Variance!.Value, 12);
        Assert.Equal(Math.Sqrt(32.0 / 7), stats.StandardDeviation!.Value, 12);
    }

    [Fact]
    public void Nothing_has_no_extremes_and_one_number_no_variance()
    {
        var none = default(RunningStats);
        Assert.Equal((0, null, null, null), (none.Count, none.Min, none.Max, none.PopulationVariance));
        var one = none.Add(-3);
        Assert.Equal((-3, -3, null, 0), (one.Min, one.Max, one.Variance, one.PopulationVariance));
    }

    [Fact]
    public void A_small_spread_on_a_large_mean_survives() =>
        Assert.Equal(30, Of([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]).Variance!.Value, 6);

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_number_that_is_not_finite_is_refused(double number) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => default(RunningStats).Add(number));

    [Fact]
    public void Merging_parts_in_any_order_gives_the_figures_of_the_whole()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var numbers = Enumerable.Range(0, random.Next(1, 300)).Select(_ => (random.NextDouble() - 0.3) * 1000).ToArray();
            var parts = numbers.GroupBy(_ => random.Next(7)).Select(part => Of(part)).Append(default).ToArray();
            random.Shuffle(parts);
            var (whole, merged) = (Of(numbers), parts.Aggregate((a, b) => a.Merge(b)));

            Assert.Equal((whole.Count, whole.Min, whole.Max), (merged.Count, merged.Min, merged.Max));
            Assert.True(Close(whole.Sum, merged.Sum) && Close(whole.Mean, merged.Mean), $"seed {seed}, round {round}");
            Assert.True(Close(whole.SquaredDeviations, merged.SquaredDeviations), $"seed {seed}, round {round}");
        }
    }

    private static RunningStats Of(IEnumerable<double> numbers) => numbers.Aggregate(default(RunningStats), (stats, n) => stats.Add(n));

    private static bool Close(double a, double b) => Math.Abs(a - b) <= 1e-9 * Math.Max(1, Math.Max(Math.Abs(a), Math.Abs(b)));
}
