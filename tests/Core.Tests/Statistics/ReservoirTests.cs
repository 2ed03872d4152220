using PlaybookOperator.Core.Statistics;
using Xunit;

namespace PlaybookOperator.Core.Tests.Statistics;

public sealed class ReservoirTests
{
    private readonly int _seed = Random.Shared.Next();

    [Fact]
    public void Order_duplicates_and_the_split_over_workers_do_not_change_the_sample()
    {
        var random = new Random(_seed);
        for (var round = 0; round < 50; round++)
        {
            var samples = Enumerable.Range(0, random.Next(1, 400)).Select(i => new Sample(i, random.NextDouble())).ToArray();
            var whole = Of(samples, execution: round);
            var again = samples.Concat(random.GetItems(samples, 50)).ToArray();
            random.Shuffle(again);
            var merged = new Reservoir(round, 7, 32);
            foreach (var part in again.GroupBy(_ => random.Next(5))) merged.Merge(Of(part, execution: round));

            Assert.True(whole.Members.SequenceEqual(merged.Members), $"seed {_seed}, round {round}");
            Assert.Equal(Math.Min(samples.Length, 32), whole.Count);
        }
    }

    [Fact]
    public void Writing_down_only_what_changes_keeps_a_true_copy()
    {
        var reservoir = new Reservoir(1, 7, 32);
        var rows = new Dictionary<long, double>();
        var writes = 0;
        for (var i = 0; i < 10_000; i++)
        {
            if (!reservoir.Offer(new Sample(i, i * 2), out var displaced)) continue;
            writes++;
            rows.Add(i, i * 2);
            if (displaced is { } gone) Assert.True(rows.Remove(gone.Index));
        }

        Assert.Equal(reservoir.Members, rows.OrderBy(r => r.Key).Select(r => new Sample(r.Key, r.Value)));
        Assert.InRange(writes, 32, 600); // k(1 + ln(n/k)) = 216 expected.
    }

    [Fact]
    public void Every_part_of_the_loop_is_sampled_alike()
    {
        const int Executions = 400, Iterations = 1000, Capacity = 100, Parts = 10;
        var counts = new int[Parts];
        var first = new Random(_seed).NextInt64(1L << 50);
        for (var execution = 0; execution < Executions; execution++)
        {
            var reservoir = new Reservoir(first + execution, 7, Capacity);
            for (var i = 0; i < Iterations; i++) reservoir.Offer(new Sample(i, i), out _);
            foreach (var sample in reservoir.Members) counts[sample.Index * Parts / Iterations]++;
        }

        const double Expected = (double)Executions * Capacity / Parts;
        var chiSquared = counts.Sum(count => (count - Expected) * (count - Expected) / Expected);
        Assert.True(chiSquared < 40, $"seed {_seed}: chi squared {chiSquared} with 9 degrees of freedom; under 1 in 100,000 by chance");
    }

    [Fact]
    public void Quantiles_of_a_long_loop_are_near_the_true_ones()
    {
        var reservoir = new Reservoir(new Random(_seed).NextInt64(), 7);
        for (var i = 0; i < 200_000; i++) reservoir.Offer(new Sample(i, i / 200_000.0), out _);

        foreach (var share in new[] { 0.5, 0.95, 0.99 })
            Assert.True(Math.Abs(reservoir.Quantile(share)!.Value - share) < 0.03, $"seed {_seed}, {share}: {reservoir.Quantile(share)}");
    }

    [Fact]
    public void Quantiles_of_a_short_loop_are_exact_and_interpolated()
    {
        var reservoir = Of(Enumerable.Range(0, 4).Select(i => new Sample(i, (i + 1) * 10)), execution: 1);

        Assert.Equal((10, 25, 40), (reservoir.Quantile(0), reservoir.Quantile(0.5), reservoir.Quantile(1)));
        Assert.Equal(38.5, reservoir.Quantile(0.95)!.Value, 12);
        Assert.Null(new Reservoir(1, 7).Quantile(0.5));
        reservoir.Offer(new Sample(4, 50), out _);
        Assert.Equal(30, reservoir.Quantile(0.5));
    }

    [Fact]
    public void An_iteration_that_is_offered_again_with_another_number_keeps_its_first()
    {
        var reservoir = Of([new Sample(3, 1.5)], execution: 1);
        Assert.False(reservoir.Offer(new Sample(3, 9), out _));
        Assert.Equal([new Sample(3, 1.5)], reservoir.Members);
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        var reservoir = new Reservoir(1, 7, 10);
        Assert.Throws<ArgumentException>(() => reservoir.Merge(new Reservoir(1, 8, 10)));
        Assert.Throws<ArgumentOutOfRangeException>(() => reservoir.Offer(new Sample(0, double.NaN), out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => reservoir.Quantile(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Reservoir(1, 7, 0));
    }

    private static Reservoir Of(IEnumerable<Sample> samples, long execution)
    {
        var reservoir = new Reservoir(execution, 7, 32);
        foreach (var sample in samples) reservoir.Offer(sample, out _);
        return reservoir;
    }
}
