using Xunit;

namespace PlaybookOperator.Core.Tests.Simulation;

/// <summary>The laws of the decider, over random playbooks in a world where everything goes wrong. A failure names its seed.</summary>
public sealed class SimulationTests
{
    private const int SeedsInRange = 500;

    /// <summary>Seeds that once broke a law.</summary>
    public static TheoryData<int> RegressionSeeds => [41, 119, 595, 680, 1036, 1060, 1078, 1560, 1625, 100_137];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_law_holds_whatever_goes_wrong(int range)
    {
        for (var seed = range * SeedsInRange; seed < (range + 1) * SeedsInRange; seed++) RunSeed(seed);
    }

    [Theory]
    [MemberData(nameof(RegressionSeeds))]
    public void Laws_that_a_seed_once_broke_hold(int seed) => RunSeed(seed);

    [Fact]
    public void Every_law_holds_when_nothing_goes_wrong()
    {
        for (var seed = 100_000; seed < 100_200; seed++) new World(seed).Run(stepsWithFaults: 0);
    }

    private static void RunSeed(int seed) => new World(seed).Run(stepsWithFaults: 100 + (seed % 7 * 150));
}
