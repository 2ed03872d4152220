using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog.Tests.Support;

namespace PlaybookOperator.EventLog.Tests.Contract;

/// <summary>
/// The law that ties a log to the core: after any operation the rows that a decider reads give the state that folding the whole log gives,
/// and every report is judged as the core would judge it.
/// </summary>
public abstract class HistoryContract : EventLogContract
{
    private const int Operations = 60;

    public static TheoryData<int> Seeds { get; } = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Rows_and_log_give_the_same_state_after_every_operation(int seed) => await RunAsync(seed);

    [Fact]
    public async Task Rows_and_log_give_the_same_state_for_a_seed_of_today()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        await RunAsync(seed);
    }

    private async Task RunAsync(int seed)
    {
        var history = new RandomHistory(seed);
        var id = await Log.CreateAsync(Build.Execution(), Stop);
        var state = ExecutionState.Initial;
        var version = 0L;
        for (var i = 0; i < Operations; i++)
        {
            var before = state;
            if (history.Chance(45)) version = await AppendAsync(id, history.NextBatch(state, version), state);
            else await IngestAsync(id, history, state);
            state = await CheckAsync(id, before, $"seed {seed}, operation {i}");
            history.Learn((await Reader.ReadAsync(id, before.LastEventId, Stop))!.Skeleton);
        }

        await Log.AppendedAsync(id, new AppendBatch(version, [Build.Event(EventType.PlaybookFailed) with { Error = "enough" }]));
        Assert.True((await CheckAsync(id, state, $"seed {seed}, end")).IsTerminal);
    }

    private async Task<long> AppendAsync(ExecutionId id, AppendBatch batch, ExecutionState state)
    {
        if (batch.Events.Count == 0) return batch.ExpectedVersion;
        Assert.IsType<AppendResult.VersionConflict>(await Log.AppendAsync(id, batch with { ExpectedVersion = batch.ExpectedVersion + 1 }, Stop));
        var appended = await Log.AppendedAsync(id, batch);
        Assert.Equal((state.LastEventId + 1, batch.ExpectedVersion + 1), (appended.FirstEventId, appended.Version));
        return appended.Version;
    }

    private async Task IngestAsync(ExecutionId id, RandomHistory history, ExecutionState state)
    {
        var reports = history.NextReports(state);
        var expected = new List<IngestOutcome>();
        foreach (var report in reports)
        {
            var outcome = Ingest.Judge(state, report);
            expected.Add(outcome);
            if (outcome != IngestOutcome.Accepted) continue;
            var (step, epoch) = history.RunOf(report.RunId);
            state = state.Apply(Ingest.ToEvents(report, step, epoch, Build.Now, inlineLimitBytes: 1 << 16, state.Open[report.Key].Size));
        }

        Assert.Equal(expected, await Log.IngestAsync(id, reports, Stop));
    }

    /// <summary>Compares the fold of the log with the read from nothing and with the read onto the former state.</summary>
    private async Task<ExecutionState> CheckAsync(ExecutionId id, ExecutionState before, string where)
    {
        var events = await Reader.ReadAllAsync(id);
        Assert.Equal(Enumerable.Range(1, events.Count).Select(n => (long)n), events.Select(e => e.EventId));
        var folded = ExecutionState.Initial.Apply(events);
        var expected = $"{where}\n{Picture.Of(folded)}";
        Assert.Equal(expected, $"{where}\n{Picture.Of(await Reader.ReadStateAsync(id))}");
        Assert.Equal(expected, $"{where}\n{Picture.Of(await Reader.ReadStateAsync(id, before))}");
        var header = (await Reader.ReadHeaderAsync(id, Stop))!;
        Assert.Equal((folded.Phase, folded.LastEventId, folded.StartedAt), (header.Phase, header.LastEventId, header.StartedAt));
        return folded;
    }
}
