using PlaybookOperator.Core.Executions;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions;

public sealed class ProgressRateTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void There_is_no_rate_until_it_has_been_looked_at_twice()
    {
        var rate = new ProgressRate(s_start, 50);
        Assert.Equal((null, true, null), (rate.Text, rate.IsAtRest, rate.TimeLeft(10)));
        Assert.Same(rate, rate.Next(s_start, 60));
        Assert.Equal(25, rate.Next(s_start.AddSeconds(2), 100).PerSecond);
    }

    [Fact]
    public void What_lies_ten_seconds_back_weighs_half()
    {
        var rate = new ProgressRate(s_start, 0).Next(s_start.AddSeconds(1), 100).Next(s_start.AddSeconds(11), 100);
        Assert.Equal(50, rate.PerSecond!.Value, 9);
        Assert.Equal(TimeSpan.FromSeconds(4), rate.TimeLeft(200));
    }

    [Fact]
    public void A_loop_that_stands_comes_to_rest_and_has_no_end_in_sight()
    {
        var rate = new ProgressRate(s_start, 0).Next(s_start.AddSeconds(1), 30_000);
        for (var i = 1; !rate.IsAtRest; i++)
        {
            Assert.True(i < 60, $"{rate}");
            rate = rate.Next(rate.At.AddSeconds(10), 30_000);
        }

        Assert.Equal(("0/s", null), (rate.Text, rate.TimeLeft(5)));
    }

    [Theory]
    [InlineData(31_204.4, "31204/s")]
    [InlineData(10, "10/s")]
    [InlineData(2.54, "2.5/s")]
    [InlineData(0.2, "12/min")]
    [InlineData(0.002, "7.2/h")]
    [InlineData(0, "0/s")]
    public void It_is_told_in_a_unit_that_can_be_read(double perSecond, string text) =>
        Assert.Equal(text, new ProgressRate(s_start, 0, perSecond).Text);

    [Fact]
    public void Nothing_left_takes_no_time()
    {
        Assert.Null(new ProgressRate(s_start, 0, 5).TimeLeft(0));
        Assert.Null(new ProgressRate(s_start, 0, 0.001).TimeLeft(long.MaxValue));
    }
}
