using PlaybookOperator.Core.Governing;
using Xunit;

namespace PlaybookOperator.Core.Tests.Governing;

public sealed class MemoryPressureTests
{
    [Fact]
    public void Each_look_above_80_percent_halves_once_more()
    {
        var pressure = MemoryPressure.None.Next(0.80);
        Assert.Equal(MemoryPressure.None, pressure);
        Assert.Equal(1, (pressure = pressure.Next(0.81)).Halvings);
        Assert.Equal(2, pressure.Next(0.99).Halvings);
    }

    [Fact]
    public void Ten_looks_in_a_row_below_65_percent_end_it_and_one_above_begins_the_count_anew()
    {
        var pressure = MemoryPressure.None.Next(0.9);
        for (var i = 0; i < 9; i++) pressure = pressure.Next(0.5);
        Assert.Equal(1, pressure.Halvings);
        pressure = pressure.Next(0.65);
        for (var i = 0; i < 9; i++) pressure = pressure.Next(0.5);
        Assert.Equal(1, pressure.Halvings);
        Assert.Equal(MemoryPressure.None, pressure.Next(0.5));
    }

    [Fact]
    public void In_between_nothing_changes() => Assert.Equal(2, MemoryPressure.None.Next(0.9).Next(0.9).Next(0.79).Next(0.66).Halvings);

    [Theory]
    [InlineData(1, 1_000, 500)]
    [InlineData(4, 1_000, 100)]
    [InlineData(40, 1_000, 100)]
    [InlineData(3, 60, 60)]
    public void A_batch_is_halved_but_not_below_100_unless_it_was(int halvings, int batch, int narrow) =>
        Assert.Equal(narrow, new MemoryPressure(halvings).NarrowBatch(batch));

    [Theory]
    [InlineData(0, 100, 100)]
    [InlineData(1, 9, 4)]
    [InlineData(5, 9, 1)]
    [InlineData(60, 100_000, 1)]
    public void A_width_is_halved_but_not_below_one(int halvings, int width, int narrow) =>
        Assert.Equal((narrow, narrow), (new MemoryPressure(halvings).NarrowWidth(width), new Allowance(int.MaxValue, halvings).Narrow(width)));
}
