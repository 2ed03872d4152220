using PlaybookOperator.Core.Executions;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions;

public sealed class IndexSetTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("5", "\"5\"", 0)]
    [InlineData("2,0,1,1,7", "\"0-2,7\"", 3)]
    [InlineData("0,63,64,65", "\"0,63-65\"", 1)]
    public void What_was_put_in_is_in_and_reads_back(string indexes, string written, long firstMissing)
    {
        var set = IndexSet.Of(indexes.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse));
        var json = JsonText.Write(set.Write);
        Assert.Equal(written.Length == 0 ? "\"\"" : written, json.GetRawText());
        Assert.Equal(set, IndexSet.Read(json));
        Assert.Equal(firstMissing, set.NextMissing(0));
        Assert.False(set.Contains(1_000_000));
    }

    [Fact]
    public void Many_gaps_are_written_as_bits_and_read_back()
    {
        var set = IndexSet.Of(Enumerable.Range(0, 500_000).Select(i => i * 2L));
        var json = JsonText.Write(set.Write);
        Assert.True(json.GetRawText().Length < 200_000);
        Assert.Equal((set, 500_000), (IndexSet.Read(json), IndexSet.Read(json).Count));
    }

    [Theory]
    [InlineData(0, 500, 3)]
    [InlineData(4, 500, 200)]
    [InlineData(4, 200, 200)]
    [InlineData(4, 100, 100)]
    [InlineData(200, 500, 200)]
    [InlineData(201, 500, 500)]
    [InlineData(900, 500, 900)]
    public void The_next_one_is_found_below_an_end(long from, long end, long next) => Assert.Equal(next, IndexSet.Of([3, 200]).NextContained(from, end));

    [Fact]
    public void A_long_run_is_passed_over()
    {
        var set = IndexSet.Of(Enumerable.Range(10, 1_000_000).Select(i => (long)i));
        Assert.Equal((0, 1_000_010), (set.NextMissing(0), set.NextMissing(10)));
    }
}
