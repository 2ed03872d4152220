using System.Collections.Concurrent;
using Xunit;

namespace PlaybookOperator.Core.Tests.Simulation;

/// <summary>
/// The laws of the decider, over random playbooks in a world where everything goes wrong. A failure names its seed: <c>SIMULATION_SEED=n</c> runs
/// that one alone, <c>SIMULATION_RUNS=n</c> says how many run otherwise.
/// </summary>
public sealed class SimulationTests
{
    /// <summary>Worlds that run the same playbook, so that it is compiled once, and so that they can be compared.</summary>
    private const int WorldsOfPlan = 10;

    /// <summary>One playbook in so many runs is compared with and without caches that are emptied: it takes two worlds for each.</summary>
    private const int RunsOfForgetting = 200;

    private static readonly SimulationOptions s_options = SimulationOptions.FromEnvironment();

    /// <summary>Seeds that find the bugs of eng/mutations which few seeds find: they run whatever <c>SIMULATION_RUNS</c> says.</summary>
    public static TheoryData<int> RegressionSeeds => [38, 61, 576, 1300, 1640, 10_177, 79_294];

    [Fact]
    public void Every_law_holds_whatever_goes_wrong()
    {
        if (s_options.Seed is { } seed)
        {
            RunPlan(seed / WorldsOfPlan, only: seed);
            return;
        }

        var broken = new ConcurrentQueue<LawBrokenException>();
        Parallel.For(0, (s_options.Runs + WorldsOfPlan - 1) / WorldsOfPlan, (plan, loop) =>
        {
            try
            {
                RunPlan(plan);
            }
            catch (LawBrokenException law)
            {
                broken.Enqueue(law);
                loop.Stop();
            }
        });
        Assert.True(broken.IsEmpty, string.Join("\n", broken.Select(law => law.Message)));
    }

    [Theory]
    [MemberData(nameof(RegressionSeeds))]
    public void Laws_hold_where_bugs_are_rarely_seen(int seed) => RunPlan(seed / WorldsOfPlan, only: seed);

    [Fact]
    public void Emptying_the_caches_at_random_moments_changes_no_event()
    {
        Parallel.For(0, s_options.Runs / RunsOfForgetting, plan =>
        {
            var generated = new GeneratedPlan(plan);
            for (var seed = plan * WorldsOfPlan; seed < (plan + 1) * WorldsOfPlan - 1; seed++)
            {
                var (remembers, forgets) = (new World(seed, generated, forgets: false), new World(seed, generated));
                foreach (var world in (World[])[remembers, forgets]) world.Run(stepsWithFaults: 150);
                Assert.Equal(remembers.Log.Events.Select(happened => happened.ToString()), forgets.Log.Events.Select(happened => happened.ToString()));
            }
        });
    }

    private static void RunPlan(int plan, int? only = null)
    {
        var generated = new GeneratedPlan(plan);
        string? entries = null;
        for (var seed = plan * WorldsOfPlan; seed < (plan + 1) * WorldsOfPlan; seed++)
        {
            if (only is { } one && seed > one) return;
            var world = new World(seed, generated);
            // The last world of a plan is the one where nothing goes wrong.
            world.Run(stepsWithFaults: (seed % WorldsOfPlan) switch { 9 => 0, var number => 20 + (number * 25) });
            if (world.Entries is not { } these) continue;
            entries ??= these;
            world.Demand(entries == these, $"how often steps run depends on chance: {entries}, and here {these}");
        }
    }
}
