using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Pools;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Tests.Simulation;
using PlaybookOperator.Core.Work;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions.Pools;

/// <summary>
/// A ledger among workers that come, go, freeze, are killed and repeat themselves, all by the seed. After each word: every index is in exactly one
/// place, and ends once.
/// </summary>
public sealed class PoolSimulationTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void No_index_is_lost_or_ends_twice_whatever_workers_do()
    {
        for (var seed = 0; seed < SimulationOptions.FromEnvironment().Runs / 200; seed++) new Pool(seed).Run();
    }

    private sealed class Pool
    {
        private readonly Random _random;
        private readonly int _seed;
        private PoolSettings _settings;
        private readonly List<SimulatedMember> _members = [];
        private readonly List<(string Member, WorkReport Report)> _late = [];
        private readonly List<(long Index, int Size)> _ends = [];
        private LoopState _loop;
        private PoolLedger _ledger = PoolLedger.Empty;
        private DateTimeOffset _now = s_start;
        private int _born;

        public Pool(int seed)
        {
            (_seed, _random) = (seed, new Random(seed));
            var chunk = _random.Next(4) == 0 ? _random.Next(1, 7) : (int?)null;
            var total = _random.Next(1, 120);
            var carried = _random.Next(4) == 0 ? IndexSet.Of(Enumerable.Range(0, total).Where(_ => _random.Next(3) == 0).Select(index => (long)index)) : null;
            _loop = new LoopState
            {
                RunId = 3,
                Step = "s",
                Epoch = 0,
                Total = total,
                Chunk = chunk,
                Carried = carried,
                Succeeded = carried?.Count ?? 0,
                StartedAt = s_start,
                Pool = new PoolState(1),
            };
            _settings = new PoolSettings
            {
                Loop = _loop,
                IsOpen = true,
                MaxParallel = _random.Next(1, 9),
                PoolSize = _random.Next(1, 5),
                IsSequential = chunk is null && _random.Next(4) == 0,
                Failures = new FailurePolicy.CollectAll(),
                StartsPerSecond = _random.Next(4) == 0 ? 50 : null,
            };
        }

        public void Run()
        {
            for (var step = 0; _loop.Done < _loop.Total; step++)
            {
                Demand(step < 60_000, "the loop does not end");
                Act(calm: step > 4_000);
                Check();
            }

            Demand(_ends.Sum(end => end.Size) + (_loop.Carried?.Count ?? 0) == _loop.Total, "not every element has ended");
            Demand(_ends.TrueForAll(end => end.Size <= (_loop.Chunk ?? 1)), "a chunk is too large");
        }

        private void Act(bool calm)
        {
            var chance = _random.Next(100);
            if (_members.Count < _settings.PoolSize || (!calm && chance == 0)) _members.Add(new SimulatedMember($"worker-{_born++}"));
            if (!calm && chance < 3) _members.RemoveAt(_random.Next(_members.Count));
            else if (!calm && chance < 5) _members[_random.Next(_members.Count)].FrozenUntil = _now.AddSeconds(_random.Next(1, 40));
            else if (!calm && chance < 8 && _late.Count > 0) Repeat();
            else if (_members.Count > 0) Speak(_members[_random.Next(_members.Count)]);
            _now += TimeSpan.FromMilliseconds(_random.Next(calm ? 300 : 600));
            if (!calm && _random.Next(400) == 0) _now += TimeSpan.FromSeconds(_random.Next(60));
        }

        private void Repeat()
        {
            var (member, report) = _late[_random.Next(_late.Count)];
            Say(new PoolTurn(member, [report]));
        }

        private void Speak(SimulatedMember member)
        {
            if (member.FrozenUntil > _now) return;
            var reports = member.InHand.Where(_ => _random.Next(2) == 0).Take(10).Select(work => Report(work.Lease, work.Lo)).ToList();
            foreach (var report in reports) _late.Add((member.Name, report));
            member.InHand.RemoveAll(work => reports.Exists(report => report.Index == work.Lo && report.Fence == work.Lease));
            var leaves = _random.Next(60) == 0;
            var answer = Say(new PoolTurn(member.Name, reports) { Wants = leaves ? 0 : _random.Next(20), Leaves = leaves });
            if (leaves || answer.Leave) _members.Remove(member);
            if (answer.Stop && member.InHand.Count > 0)
            {
                Say(new PoolTurn(member.Name, []) { Returned = [.. member.InHand.Select(work => new PoolReturn(work.Lease, work.Lo, work.Hi))] });
                member.InHand.Clear();
            }

            foreach (var grant in answer.Grants)
                for (var lo = grant.Lo; lo < grant.Hi; lo += _loop.Chunk ?? 1) member.InHand.Add((grant.Lease, lo, Math.Min(grant.Hi, lo + (_loop.Chunk ?? 1))));
        }

        private WorkReport Report(int lease, long index)
        {
            var report = new WorkReport { RunId = 3, Index = index, Fence = lease, Outcome = WorkOutcome.Completed };
            return _random.Next(20) switch
            {
                0 => report with { Outcome = WorkOutcome.Failed, Error = new WorkError(WorkErrorKind.Http, "500") },
                1 => report with { Outcome = WorkOutcome.Waiting, NextAt = _now.AddSeconds(_random.Next(20)) },
                _ => report,
            };
        }

        private PoolAnswer Say(PoolTurn turn)
        {
            // Memory is short at times: then chunks are smaller.
            if (_random.Next(10) == 0) _settings = _settings with { Chunk = _random.Next(3) == 0 && _loop.Chunk is { } chunk ? _random.Next(1, chunk + 1) : null };
            var step = PoolRules.Apply(_ledger, _loop, _settings, [turn], _now);
            _ledger = step.Ledger;
            foreach (var (report, size) in step.Accepted.Concat(step.Lost))
            {
                if (report.Outcome != WorkOutcome.Waiting) _ends.Add((report.Index, size ?? 1));
                foreach (var happened in Ingest.ToEvents(report, "s", 0, _now, long.MaxValue, size)) _loop = _loop.Apply(happened);
            }

            return step.Answers[0];
        }

        private void Check()
        {
            var places = new int[_loop.Total];
            for (var index = _ledger.Cursor; index < _loop.Total; index++) if (_loop.Carried?.Contains(index) != true) places[index]++;
            foreach (var slice in _ledger.Returned) for (var index = slice.Lo; index < slice.Hi; index++) places[index]++;
            foreach (var part in _ledger.Leases.SelectMany(lease => lease.Open)) for (var index = part.Lo; index < part.Hi; index++) places[index]++;
            foreach (var (first, size) in _ends) for (var index = first; index < first + size; index++) places[index]++;
            for (var index = 0; index < places.Length; index++)
                Demand(places[index] == (_loop.Carried?.Contains(index) == true ? 0 : 1), $"index {index} is in {places[index]} places");
            Demand(!_settings.IsSequential || _ledger.Leases.DistinctBy(lease => lease.Member).Count() <= 1, "two workers are in a sequential loop");
            Demand(_ledger.Leases.All(lease => _ledger.Members.Any(member => member.Name == lease.Member)), "a lease has no worker");
        }

        private void Demand(bool holds, string law) => Assert.True(holds, $"seed {_seed}: {law}; {System.Text.Json.JsonSerializer.Serialize(_ledger, PoolJson.Default.PoolLedger)}; {_settings}");
    }

    private sealed record SimulatedMember(string Name)
    {
        public DateTimeOffset FrozenUntil { get; set; }

        public List<(int Lease, long Lo, long Hi)> InHand { get; } = [];
    }
}
