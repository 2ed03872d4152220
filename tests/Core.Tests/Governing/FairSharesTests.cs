using PlaybookOperator.Core.Governing;
using Xunit;

namespace PlaybookOperator.Core.Tests.Governing;

public sealed class FairSharesTests
{
    [Theory]
    [InlineData("5 3", 10, "5 3")]
    [InlineData("1000 3 4", 10, "3 3 4")]
    [InlineData("1000 1000", 10, "5 5")]
    [InlineData("1000 1000 1000", 10, "4 3 3")]
    [InlineData("8 0 8", 10, "5 0 5")]
    [InlineData("4 4 4 4", 2, "1 1 1 1")]
    [InlineData("", 2, "")]
    public void Who_wants_little_gets_it_and_the_others_share_the_rest(string wants, int places, string shares) =>
        Assert.Equal(shares, string.Join(' ', FairShares.Of(Numbers(wants), places)));

    [Fact]
    public void No_place_is_left_while_somebody_wants_it_and_nobody_has_more_than_another_that_wants_more()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 2_000; round++)
        {
            var wants = Enumerable.Range(0, random.Next(1, 40)).Select(_ => random.Next(0, 50)).ToArray();
            var places = random.Next(1, 600);
            var shares = FairShares.Of(wants, places);
            var asking = wants.Count(want => want > 0);

            Assert.Equal(Math.Max(asking, Math.Min(places, wants.Sum())), Math.Max(asking, shares.Sum()));
            for (var i = 0; i < wants.Length; i++)
            {
                Assert.InRange(shares[i], wants[i] == 0 ? 0 : 1, wants[i]);
                // One that has less than it wants has as much as any other, but for the remainder.
                if (shares[i] < wants[i]) Assert.True(shares.Max() - shares[i] <= 1, $"seed {seed}, round {round}");
            }
        }
    }

    private static int[] Numbers(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
}
