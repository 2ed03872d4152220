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
            var samples = Enumerable.Range(0, random.Next(1, 400)).Select(i => Drawn(round, i, random.NextDouble())).ToArray();
            var whole = Of(samples);
            var again = samples.Concat(random.GetItems(samples, 50)).ToArray();
            random.Shuffle(again);
            var merged = new Reservoir(32);
            foreach (var part in again.GroupBy(_ => random.Next(5))) merged.Merge(Of(part));

            Assert.True(whole.Members.SequenceEqual(merged.Members), $"seed {_seed}, round {round}");
            Assert.Equal(Math.Min(samples.Length, 32), whole.Count);
        }
    }

    [Fact]
    public void Few_numbers_of_a_long_loop_become_members()
    {
        var reservoir = new Reservoir(32);
        var members = 0;
        for (var i = 0; i < 10_000; i++) members += reservoir.Offer(Drawn(1, i, i * 2)) ? 1 : 0;

        Assert.InRange(members, 32, 600); // k(1 + ln(n/k)) = 216 expected.
    }

    [Theory]
    [InlineData(10_000, 10, 100_000)]
    [InlineData(100_000, 10, 100_000)]
    [InlineData(1_000_000, 10, 100_000)]
    public void Ten_numbers_of_each_iteration_leave_ten_thousand_samples_each_however_many_iterations_there_are(int iterations, int numbers, int kept)
    {
        var samples = Enumerable.Range(0, numbers).Select(_ => new Reservoir()).ToArray();
        var first = new Random(_seed).NextInt64(1L << 50);
        for (var i = 0; i < iterations; i++)
        {
            var drawn = Drawn(first, i, i);
            foreach (var one in samples) one.Offer(drawn);
        }

        Assert.Equal(kept, samples.Sum(one => one.Count));
    }

    [Fact]
    public void Every_part_of_the_loop_is_sampled_alike()
    {
        const int Executions = 400, Iterations = 1000, Capacity = 100, Parts = 10;
        var counts = new int[Parts];
        var first = new Random(_seed).NextInt64(1L << 50);
        for (var execution = 0; execution < Executions; execution++)
        {
            var reservoir = new Reservoir(Capacity);
            for (var i = 0; i < Iterations; i++) reservoir.Offer(Drawn(first + execution, i, i));
            foreach (var sample in reservoir.Members) counts[(int)sample.Number * Parts / Iterations]++;
        }

        const double Expected = (double)Executions * Capacity / Parts;
        var chiSquared = counts.Sum(count => (count - Expected) * (count - Expected) / Expected);
        Assert.True(chiSquared < 40, $"seed {_seed}: chi squared {chiSquared} with 9 degrees of freedom; under 1 in 100,000 by chance");
    }

    [Fact]
    public void Quantiles_of_a_long_loop_are_near_the_true_ones()
    {
        var reservoir = new Reservoir();
        var execution = new Random(_seed).NextInt64();
        for (var i = 0; i < 200_000; i++) reservoir.Offer(Drawn(execution, i, i / 200_000.0));

        foreach (var share in new[] { 0.5, 0.95, 0.99 })
            Assert.True(Math.Abs(reservoir.Quantile(share)!.Value - share) < 0.03, $"seed {_seed}, {share}: {reservoir.Quantile(share)}");
    }

    [Fact]
    public void Quantiles_of_a_short_loop_are_exact_and_interpolated()
    {
        var reservoir = Of(Enumerable.Range(0, 4).Select(i => Drawn(1, i, (i + 1) * 10)));

        Assert.Equal((10, 25, 40), (reservoir.Quantile(0), reservoir.Quantile(0.5), reservoir.Quantile(1)));
        Assert.Equal(38.5, reservoir.Quantile(0.95)!.Value, 12);
        Assert.Null(new Reservoir().Quantile(0.5));
        reservoir.Offer(Drawn(1, 4, 50));
        Assert.Equal(30, reservoir.Quantile(0.5));
    }

    [Fact]
    public void An_iteration_that_is_offered_again_with_another_number_keeps_its_first()
    {
        var reservoir = Of([new Sample(3, 1.5)]);
        Assert.False(reservoir.Offer(new Sample(3, 9)));
        Assert.Equal([new Sample(3, 1.5)], reservoir.Members);
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        var reservoir = new Reservoir(10);
        Assert.Throws<ArgumentOutOfRangeException>(() => reservoir.Offer(new Sample(0, double.NaN)));
        Assert.Throws<ArgumentOutOfRangeException>(() => reservoir.Quantile(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Reservoir(0));
    }

    private static Sample Drawn(long execution, long index, double number) => new(SampleHash.Of(execution, 7, index), number);

    private static Reservoir Of(IEnumerable<Sample> samples)
    {
        var reservoir = new Reservoir(32);
        foreach (var sample in samples) reservoir.Offer(sample);
        return reservoir;
    }
}
