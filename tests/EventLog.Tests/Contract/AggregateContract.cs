using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Pools;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Statistics;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog.Tests.Support;

namespace PlaybookOperator.EventLog.Tests.Contract;

/// <summary>The numbers of a loop are summed up in the transaction that counts its results, each once.</summary>
public abstract class AggregateContract : EventLogContract
{
    private const long Run = 2;
    private const int Samples = 100;
    private readonly int _seed = Random.Shared.Next();

    [Fact]
    public async Task Numbers_of_accepted_reports_count_once_and_those_of_others_do_not()
    {
        var id = await BeginAsync(total: 5, dispatched: 5);
        await Log.IngestAsync(id, [With(Build.Done(Run, 0), 2, 10), With(Build.Done(Run, 0), 99, 99), With(Build.Failed(Run, 1), 50, 50), With(Build.Done(Run, 2, fence: 7), 60, 60)], Stop);
        await Log.IngestAsync(id, [With(Build.Done(Run, 0), 77, 77), With(Build.Done(Run, 2), 4, null), Build.Done(Run, 3)], Stop);

        var sums = (await Reader.ReadAggregatesAsync(id, Run, Stop))!;

        Assert.Equal(4, sums.Done);
        Assert.Equal(["ms", "rows"], sums.Of.Select(sum => sum.Name));
        Assert.Equal((2, 6.0, 3.0, 2.0, 4.0, Math.Sqrt(2)), (sums.Of[0].Stats.Count, sums.Of[0].Stats.Sum, sums.Of[0].Stats.Mean, sums.Of[0].Stats.Min, sums.Of[0].Stats.Max, sums.Of[0].Stats.StandardDeviation));
        Assert.Equal((1, 10.0, null), (sums.Of[1].Stats.Count, sums.Of[1].Stats.Sum, sums.Of[1].Stats.StandardDeviation));
        Assert.Equal(3, sums.Of[0].Samples.Quantile(0.5));
    }

    [Fact]
    public async Task Numbers_beyond_what_can_be_summed_up_do_not_break_the_reports_beside_them()
    {
        var id = await BeginAsync(total: 3, dispatched: 3);
        var outcomes = await Log.IngestAsync(id, [With(Build.Done(Run, 0), double.NaN, 1), With(Build.Done(Run, 1), 1e200, 1), With(Build.Done(Run, 2), 1e100, 1e-300)], Stop);

        Assert.All(outcomes, outcome => Assert.Equal(IngestOutcome.Accepted, outcome));
        var sums = (await Reader.ReadAggregatesAsync(id, Run, Stop))!;
        Assert.Equal((3, 1, 1e100, 1e-300), (sums.Done, sums.Of[0].Stats.Count, sums.Of[0].Stats.Max, sums.Of[1].Stats.Min));
    }

    [Fact]
    public async Task What_is_not_there_or_has_no_aggregate_has_no_numbers()
    {
        var id = await BeginAsync(total: 3, dispatched: 0);
        Assert.Equal((0, null), ((await Reader.ReadAggregatesAsync(id, Run, Stop))!.Done, (await Reader.ReadAggregatesAsync(id, Run, Stop))!.Of[0].Samples.Quantile(0.5)));
        Assert.Null(await Reader.ReadAggregatesAsync(id, 1, Stop));
        var plain = await Log.CreateAsync(Build.Execution(), Stop);
        await Log.AppendedAsync(plain, Build.Begin(3, 1));
        await Log.IngestAsync(plain, [With(Build.Done(Run, 0), 1, 1)], Stop);
        Assert.Null(await Reader.ReadAggregatesAsync(plain, Run, Stop));
    }

    [Fact]
    public async Task A_long_pool_keeps_the_smallest_lots_whoever_reports_in_whatever_order()
    {
        const int Total = 1_500;
        var random = new Random(_seed);
        var numbers = Enumerable.Range(0, Total).Select(_ => random.NextDouble()).ToArray();
        var id = await BeginAsync(Total, dispatched: 0, pooled: true);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async worker =>
        {
            var answer = await SayAsync(id, Total, $"worker-{worker}", []);
            while (!answer.Leave)
            {
                var reports = answer.Grants.SelectMany(grant => Enumerable.Range((int)grant.Lo, (int)(grant.Hi - grant.Lo)).Select(index => With(Build.Done(Run, index, null, grant.Lease), numbers[index], null)));
                answer = await SayAsync(id, Total, $"worker-{worker}", [.. reports.OrderBy(report => report.Index % 7)]);
            }
        }));

        var sums = (await Reader.ReadAggregatesAsync(id, Run, Stop))!;

        var expected = new Reservoir(Samples);
        for (var i = 0; i < Total; i++) expected.Offer(new Sample(SampleHash.Of(id.Value, Run, i), numbers[i]));
        Assert.True(expected.Members.SequenceEqual(sums.Of[0].Samples.Members), $"seed {_seed}");
        Assert.Equal((Total, Total, 0), (sums.Done, sums.Of[0].Stats.Count, sums.Of[1].Stats.Count));
        Assert.Equal(numbers.Sum(), sums.Of[0].Stats.Sum, 9);
        Assert.Equal((numbers.Min(), numbers.Max()), (sums.Of[0].Stats.Min, sums.Of[0].Stats.Max));
    }

    [Fact]
    public async Task A_repeated_loop_begins_with_the_numbers_of_the_former_one_if_their_names_are_the_same_and_none_is_missing()
    {
        var former = await BeginAsync(total: 3, dispatched: 3);
        await Log.IngestAsync(former, [With(Build.Done(Run, 0), 2, 10), With(Build.Done(Run, 1), 4, 20), Build.Failed(Run, 2)], Stop);
        var repeat = await BeginAsync(total: 3, dispatched: 0, former: former);
        var other = await BeginAsync(total: 3, dispatched: 0, former: former, names: ["ms", "other"]);
        var partial = await BeginAsync(total: 3, dispatched: 0, former: former, inherits: 3);
        await Log.AppendedAsync(repeat, new AppendBatch(1, [Build.Iteration("fetch", Run, 2)]));
        await Log.IngestAsync(repeat, [With(Build.Done(Run, 2), 9, 30)], Stop);
        var again = await BeginAsync(total: 3, dispatched: 0, former: repeat, inherits: 3);

        var sums = (await Reader.ReadAggregatesAsync(repeat, Run, Stop))!;

        Assert.Equal((3, 15.0, 9.0, 4.0), (sums.Of[0].Stats.Count, sums.Of[0].Stats.Sum, sums.Of[0].Stats.Max, sums.Of[0].Samples.Quantile(0.5)));
        Assert.Equal(3, sums.Of[1].Samples.Count);
        Assert.Equal(2, (await Reader.ReadAggregatesAsync(former, Run, Stop))!.Of[0].Stats.Count);
        Assert.Equal(0, (await Reader.ReadAggregatesAsync(other, Run, Stop))!.Of[0].Stats.Count);
        Assert.Equal(0, (await Reader.ReadAggregatesAsync(partial, Run, Stop))!.Of[0].Stats.Count);
        Assert.Equal(3, (await Reader.ReadAggregatesAsync(again, Run, Stop))!.Of[0].Stats.Count);
    }

    private static WorkReport With(WorkReport report, params double?[] numbers) => report with { Numbers = numbers };

    private async Task<PoolAnswer> SayAsync(ExecutionId id, int total, string member, WorkReport[] reports)
    {
        var settings = new PoolSettings
        {
            Loop = new LoopState { RunId = Run, Step = "fetch", Epoch = 0, Total = total, StartedAt = Build.Now },
            IsOpen = true,
            MaxParallel = 16,
            PoolSize = 8,
            Failures = new FailurePolicy.CollectAll(),
        };
        return Assert.Single(await Log.LeaseAsync(id, Run, [new PoolTurn(member, reports) { Wants = 40 }], settings, Stop));
    }

    private async Task<ExecutionId> BeginAsync(int total, int dispatched, bool pooled = false, ExecutionId? former = null, long inherits = 2, params string[] names)
    {
        var id = await Log.CreateAsync(Build.Execution(), Stop);
        var pool = pooled ? ",\"pool\":{\"fence\":1,\"max_parallel\":16}" : "";
        var context = "{\"total_count\":" + total + ",\"range\":{\"start\":0,\"step\":1},\"aggregate\":{\"samples\":" + Samples + ",\"names\":[\"" + string.Join("\",\"", names.Length > 0 ? names : ["ms", "rows"]) + "\"]}" + pool + "}";
        await Log.AppendedAsync(id, new AppendBatch(
            0,
            [
                Build.Event(EventType.PlaybookStarted),
                Build.Start("fetch", 2),
                Build.Event(EventType.IteratorStarted, "fetch", -2, context: context),
                .. Enumerable.Range(0, dispatched).Select(index => Build.Iteration("fetch", -2, index)),
            ])
        {
            Inherited = former is { } origin ? new Dictionary<long, FormerLoop> { [-2] = new(origin, new LoopName("fetch", 0), inherits) } : new Dictionary<long, FormerLoop>(),
        });
        return id;
    }
}
