using Xunit;

namespace PlaybookOperator.Kubernetes.Tests.Election;

/// <summary>The laws of resigning, over random numbers of replicas and faults. A failure names the seed.</summary>
public sealed class ResignationSimulationTests
{
    private const int Runs = 400;
    private const int Length = 3600;

    [Fact]
    public void A_healthy_replica_leads_within_a_bounded_time_when_another_fails()
    {
        for (var seed = 0; seed < Runs; seed++)
        {
            var random = new Random(seed);
            var replicas = random.Next(2, 5);
            var faults = Faults.None(replicas);
            // All but one lose something of their own for good, one after another; that one is killed now and then.
            var healthy = random.Next(replicas);
            for (var i = 0; i < replicas; i++)
            {
                if (i == healthy) continue;
                var own = random.Next(2) == 0 ? faults.OwnDatabase[i] : faults.OwnWatch[i];
                own.Add(new Outage(random.Next(60, 1500), Length));
            }

            if (random.Next(2) == 0) faults.Kills[healthy].Add(random.Next(60, 1500));
            var world = Run(replicas, faults, random);
            // 30 s, doubled for each leader that has resigned shortly before, and what noticing, starting and an expiring lease take.
            var bound = (30 << (replicas - 2)) + 60;
            Assert.True(world.LongestWait <= bound, $"seed {seed}: a healthy one of {replicas} replicas waited for {world.LongestWait} s");
            Hold(world, seed);
        }
    }

    [Fact]
    public void A_common_outage_causes_no_resignation()
    {
        for (var seed = 0; seed < Runs; seed++)
        {
            var random = new Random(seed);
            var replicas = random.Next(1, 5);
            var faults = Faults.None(replicas);
            for (var at = random.Next(30, 300); at < Length; at += random.Next(1, 400))
            {
                var outage = new Outage(at, at += random.Next(1, 300));
                (random.Next(2) == 0 ? faults.Database : faults.Server).Add(outage);
            }

            Kill(faults, random);
            var world = Run(replicas, faults, random);
            Assert.True(world.Resignations.Count == 0, $"seed {seed}: resigned at {string.Join(", ", world.Resignations)}");
            Assert.True(world.MostLeaders <= 1, $"seed {seed}: two led at once");
        }
    }

    [Fact]
    public void Whoever_resigns_lacked_what_another_had_and_two_never_act_at_once()
    {
        var resignations = 0;
        for (var seed = 0; seed < Runs; seed++)
        {
            var random = new Random(seed);
            var replicas = random.Next(2, 5);
            var faults = Faults.None(replicas);
            for (var i = 0; i < replicas; i++)
            {
                Add(faults.OwnDatabase[i], random);
                Add(faults.OwnWatch[i], random);
            }

            if (random.Next(2) == 0) Add(faults.Database, random);
            if (random.Next(2) == 0) Add(faults.Server, random);
            Kill(faults, random);
            var world = Run(replicas, faults, random);
            Hold(world, seed);
            resignations += world.Resignations.Count;
        }

        Assert.True(resignations > Runs, $"only {resignations} leaders resigned: the faults are too rare to show anything");
    }

    [Fact]
    public void Two_replicas_that_fail_by_turns_hand_the_lease_on_ever_less_often()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var faults = Faults.None(2);
            var turn = random.Next(35, 90);
            for (var at = 60; at < Length; at += turn) faults.OwnDatabase[at / turn % 2].Add(new Outage(at, at + turn));
            var world = Run(2, faults, random);
            Hold(world, seed);
            // Waits of 30, 60, 120 ... s: a turn is shorter than the third of them.
            Assert.True(world.Resignations.Count <= 6, $"seed {seed}: {world.Resignations.Count} resignations in an hour with turns of {turn} s");
        }
    }

    private static SimulatedReplicas Run(int replicas, Faults faults, Random random)
    {
        var world = new SimulatedReplicas(replicas, faults, random);
        world.Run(Length);
        return world;
    }

    private static void Hold(SimulatedReplicas world, int seed)
    {
        Assert.True(world.MostLeaders <= 1, $"seed {seed}: two led at once");
        foreach (var (at, who, ownSeconds) in world.Resignations)
            Assert.True(ownSeconds > 0, $"seed {seed}: {who} resigned at {at} although nobody had what it lacked");
    }

    private static void Add(List<Outage> outages, Random random)
    {
        for (var at = random.Next(30, 900); at < Length; at += random.Next(30, 1200)) outages.Add(new Outage(at, at += random.Next(1, 400)));
    }

    private static void Kill(Faults faults, Random random)
    {
        foreach (var kills in faults.Kills)
            for (var at = random.Next(60, 1800); at < Length; at += random.Next(60, 1800)) kills.Add(at);
    }
}
