using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog.Memory;
using PlaybookOperator.EventLog.Tests.Support;

namespace PlaybookOperator.EventLog.Tests.Memory;

/// <summary>What only the log in memory promises: its bounds.</summary>
public sealed class MemoryEventLogTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_the_newest_events_are_kept_while_totals_and_state_stay_exact()
    {
        var log = Create(new MemoryEventLogOptions { MaxEvents = 10 });
        var id = await BeginAsync(log, iterations: 20);
        await log.IngestAsync(id, [.. Enumerable.Range(0, 20).Select(index => Build.Done(2, index))], Stop);
        var page = await log.PageAsync(id, new EventQuery(1, 15), Stop);
        Assert.Equal((43, 10, 34), (page.TotalEvents, page.Events.Count, page.Events[^1].EventId));
        Assert.Equal(20, (await log.PageAsync(id, new EventQuery(1, 5, EventType.IterationStarted), Stop)).TotalEvents);
        Assert.Empty((await log.PageAsync(id, new EventQuery(1, 5, EventType.IterationStarted), Stop)).Events);
        var snapshot = (await log.ReadAsync(id, 0, Stop))!;
        Assert.Equal([1, 2, 3], snapshot.Skeleton.Select(e => e.EventId));
        Assert.Equal(20, snapshot.ToState(ExecutionState.Initial).Loops[2].Succeeded);
        Assert.Equal(20, (await log.ReadResultsAsync(id, 2, 0, 100, Stop)).Count);
    }

    [Fact]
    public async Task The_sink_gets_every_event_once_and_in_order()
    {
        var seen = new List<(ExecutionId, long)>();
        var log = Create(new MemoryEventLogOptions { MaxEvents = 3, EventSink = (id, happened) => seen.Add((id, happened.EventId)) });
        var id = await BeginAsync(log, iterations: 4);
        await log.IngestAsync(id, [Build.Done(2, 3), Build.Done(2, 3), Build.Failed(2, 1)], Stop);
        Assert.Equal(Enumerable.Range(1, 10).Select(n => (id, (long)n)), seen);
    }

    [Fact]
    public async Task Results_beyond_the_bound_are_missing_by_name()
    {
        var log = Create(new MemoryEventLogOptions { MaxResultBytes = 10 });
        var id = await BeginAsync(log, iterations: 3);
        await log.IngestAsync(id, [Build.Done(2, 0, "\"12345\""), Build.Done(2, 1, "\"67890\""), Build.Done(2, 2, "123")], Stop);
        var outcomes = await log.ReadResultsAsync(id, 2, 0, 10, Stop);
        Assert.Equal([null, "The result was not kept: the log in memory holds at most 10 bytes of results.", null], outcomes.Select(o => o.Error));
        Assert.Equal(1, log.ResultsNotKept);
        Assert.Equal(3, (await log.ReadStateAsync(id)).Loops[2].Succeeded);
    }

    [Fact]
    public async Task Executions_that_ended_long_ago_are_forgotten_with_their_results_and_jobs()
    {
        var log = Create(new MemoryEventLogOptions { MaxEndedExecutions = 1, MaxResultBytes = 4 });
        var first = await BeginAsync(log, iterations: 1);
        await log.RecordJobsAsync(first, [new JobRecord(new WorkKey(2, 0), 1, "job")], Stop);
        await log.IngestAsync(first, [Build.Done(2, 0, "1234")], Stop);
        await log.AppendedAsync(first, new AppendBatch(1, [Build.Event(EventType.PlaybookCompleted)]));
        Assert.NotNull(await log.ReadHeaderAsync(first, Stop));
        var second = await BeginAsync(log, iterations: 1);
        await log.AppendedAsync(second, new AppendBatch(1, [Build.Event(EventType.PlaybookCompleted)]));
        Assert.Null(await log.ReadHeaderAsync(first, Stop));
        Assert.Null(await log.FindJobAsync("job", Stop));
        var third = await BeginAsync(log, iterations: 1);
        await log.IngestAsync(third, [Build.Done(2, 0, "1234")], Stop);
        Assert.Equal(0, log.ResultsNotKept);
    }

    [Fact]
    public void A_ring_forgets_its_oldest_item_only_when_full()
    {
        var ring = new Ring<int>(capacity: 20);
        for (var i = 0; i < 20; i++) Assert.False(ring.Add(i, out _));
        Assert.True(ring.Add(20, out var forgotten));
        Assert.Equal(0, forgotten);
        Assert.Equal(Enumerable.Range(1, 20), Enumerable.Range(0, ring.Count).Select(index => ring[index]));
        Assert.Equal(1, ring.RemoveOldest());
        Assert.False(ring.Add(21, out _));
        Assert.Equal((2, 21), (ring[0], ring[19]));
    }

    private static MemoryEventLog Create(MemoryEventLogOptions options) => new(TimeProvider.System, options, new EventLogMetrics());

    private static async Task<ExecutionId> BeginAsync(MemoryEventLog log, int iterations)
    {
        var id = await log.CreateAsync(Build.Execution(), Stop);
        await log.AppendedAsync(id, Build.Begin(iterations, iterations));
        return id;
    }
}
