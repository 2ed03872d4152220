using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog.Tests.Support;

namespace PlaybookOperator.EventLog.Tests.Contract;

public abstract class AppendContract : EventLogContract
{
    [Fact]
    public async Task Creating_the_same_resource_twice_gives_the_first_id()
    {
        var first = Build.Execution("same");
        var id = await Log.CreateAsync(first, Stop);
        Assert.Equal(first.Id, id);
        Assert.Equal(id, await Log.CreateAsync(Build.Execution("same"), Stop));
        Assert.Equal(id, (await Reader.FindAsync("cluster", "same", Stop))!.Id);
        Assert.Null(await Reader.FindAsync("another", "same", Stop));
    }

    [Fact]
    public async Task Header_reads_back_as_it_was_registered()
    {
        var parent = await Log.CreateAsync(Build.Execution(), Stop);
        var created = Build.Execution(workload: """{"b":1.0,"a":[1e400,"ü 👩‍🚀"]}""") with { Parent = parent };
        var header = await Reader.ReadHeaderAsync(await Log.CreateAsync(created, Stop), Stop);
        Assert.NotNull(header);
        Assert.Equal((created.Id, created.Uid, created.Name, created.Parent), (header.Id, header.Uid, header.Name, header.Parent));
        Assert.Equal((ExecutionPhase.Pending, 0L, 0L), (header.Phase, header.Version, header.LastEventId));
        Assert.Equal(created.Workload.GetRawText(), header.Workload.GetRawText());
        Assert.Equal("""{"workflow":[]}""", (await Reader.ReadPlaybookAsync("digest", Stop))?.GetRawText());
        Assert.Null(await Reader.ReadPlaybookAsync("unknown", Stop));
    }

    [Fact]
    public async Task Events_are_numbered_densely_and_provisional_runs_replaced()
    {
        var id = await Log.CreateAsync(Build.Execution(), Stop);
        var appended = await Log.AppendedAsync(id, Build.Begin(total: 3, dispatched: 2));
        Assert.Equal(new AppendResult.Appended(1, 1), appended);
        var next = await Log.AppendedAsync(id, new AppendBatch(1, [Build.Start("other", 1), Build.Call("other", -1)]));
        Assert.Equal(new AppendResult.Appended(6, 2), next);
        var events = await Reader.ReadAllAsync(id);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], events.Select(e => e.EventId));
        Assert.Equal([null, 2, 2, 2, 2, 6, 6], events.Select(e => e.RunId));
    }

    [Fact]
    public async Task An_append_on_an_old_version_changes_nothing()
    {
        var id = await Log.CreateAsync(Build.Execution(), Stop);
        await Log.AppendedAsync(id, Build.Begin(total: 3, dispatched: 2));
        var before = Picture.Of(await Reader.ReadStateAsync(id));
        Assert.IsType<AppendResult.VersionConflict>(await Log.AppendAsync(id, Build.Begin(total: 3, dispatched: 1), Stop));
        Assert.IsType<AppendResult.VersionConflict>(await Log.AppendAsync(id, new AppendBatch(7, [Build.Event(EventType.ExecutionSuspended)]), Stop));
        Assert.Equal(before, Picture.Of(await Reader.ReadStateAsync(id)));
    }

    [Theory]
    [InlineData(EventType.PlaybookCompleted, ExecutionPhase.Completed)]
    [InlineData(EventType.PlaybookFailed, ExecutionPhase.Failed)]
    [InlineData(EventType.ExecutionCancelled, ExecutionPhase.Cancelled)]
    public async Task Nothing_follows_a_terminal_event(EventType terminal, ExecutionPhase phase)
    {
        var id = await Log.CreateAsync(Build.Execution(), Stop);
        await Log.AppendedAsync(id, Build.Begin(total: 3, dispatched: 2));
        await Log.AppendedAsync(id, new AppendBatch(1, [Build.Event(terminal) with { Error = "over" }]));
        Assert.IsType<AppendResult.Closed>(await Log.AppendAsync(id, new AppendBatch(2, [Build.Event(EventType.ExecutionResumed)]), Stop));
        Assert.Equal([IngestOutcome.Closed], await Log.IngestAsync(id, [Build.Done(2, 0)], Stop));
        Assert.IsType<ClaimResult.Refused>(await Log.ClaimAsync(id, new WorkKey(2, 0), 1, "pod", Stop));
        var state = await Reader.ReadStateAsync(id);
        Assert.Equal((phase, 6L, "over"), (state.Phase, state.LastEventId, state.Message));
        Assert.Empty(state.Open);
        Assert.Equal(Build.Now, (await Reader.ReadHeaderAsync(id, Stop))!.EndedAt);
    }

    [Fact]
    public async Task An_unknown_execution_is_not_found()
    {
        var unknown = new ExecutionId(42);
        Assert.IsType<AppendResult.NotFound>(await Log.AppendAsync(unknown, Build.Begin(1, 1), Stop));
        Assert.Equal([IngestOutcome.Unknown], await Log.IngestAsync(unknown, [Build.Done(2, 0)], Stop));
        Assert.IsType<ClaimResult.Refused>(await Log.ClaimAsync(unknown, new WorkKey(2, 0), 1, "pod", Stop));
        Assert.Null(await Reader.ReadAsync(unknown, 0, Stop));
        Assert.Null(await Reader.ReadHeaderAsync(unknown, Stop));
        Assert.Null(await Reader.FindJobAsync("unknown", Stop));
        Assert.Equal(0, (await Reader.PageAsync(unknown, new EventQuery(1, 10), Stop)).TotalEvents);
    }

    [Fact]
    public async Task A_batch_that_rests_on_work_is_refused_once_the_work_has_moved()
    {
        var id = await Log.CreateAsync(Build.Execution(), Stop);
        await Log.AppendedAsync(id, Build.Begin(total: 3, dispatched: 2));
        var seen = (await Reader.ReadStateAsync(id)).Open[new WorkKey(2, 0)];
        var redeliver = new AppendBatch(1, [Build.Iteration("fetch", 2, 0, fence: 2, OpenWork.LostReason)]) { StillOpen = [seen] };
        await Log.IngestAsync(id, [Build.Done(2, 0)], Stop);
        Assert.IsType<AppendResult.ConditionFailed>(await Log.AppendAsync(id, redeliver, Stop));
        var other = redeliver with { Events = [Build.Iteration("fetch", 2, 1, fence: 2, OpenWork.LostReason)], StillOpen = [new OpenWork(new WorkKey(2, 1), 1)] };
        await Log.AppendedAsync(id, other);
        Assert.IsType<AppendResult.ConditionFailed>(await Log.AppendAsync(id, other with { ExpectedVersion = 2 }, Stop));
        Assert.Equal(new OpenWork(new WorkKey(2, 1), Fence: 2, Losses: 1), Assert.Single((await Reader.ReadStateAsync(id)).Open.Values));
    }

    [Fact]
    public async Task A_batch_that_rests_on_a_loop_is_refused_until_the_loop_is_there()
    {
        var id = await Log.CreateAsync(Build.Execution(), Stop);
        await Log.AppendedAsync(id, Build.Begin(total: 2, dispatched: 2));
        var end = new AppendBatch(1, [Build.Event(EventType.IteratorCompleted, "fetch", 2)]) { Loops = [new LoopCondition(2, 2)] };
        await Log.IngestAsync(id, [Build.Done(2, 0)], Stop);
        Assert.IsType<AppendResult.ConditionFailed>(await Log.AppendAsync(id, end, Stop));
        await Log.IngestAsync(id, [Build.Failed(2, 1)], Stop);
        await Log.AppendedAsync(id, end);
        Assert.IsType<AppendResult.ConditionFailed>(await Log.AppendAsync(id, end with { ExpectedVersion = 2 }, Stop));
        Assert.IsType<AppendResult.ConditionFailed>(
            await Log.AppendAsync(id, new AppendBatch(2, [Build.Event(EventType.ExecutionDegraded)]) { Loops = [new LoopCondition(99, 0)] }, Stop));
    }

    [Fact]
    public async Task Work_that_has_ended_cannot_be_ended_again_by_a_decider()
    {
        var id = await Log.CreateAsync(Build.Execution(), Stop);
        await Log.AppendedAsync(id, Build.Begin(total: 2, dispatched: 2));
        await Log.AppendedAsync(id, new AppendBatch(1, [Build.Start("call", 1), Build.Call("call", -1)]));
        await Log.IngestAsync(id, [Build.Done(2, 0), Build.Done(6, WorkKey.Call)], Stop);
        var before = Picture.Of(await Reader.ReadStateAsync(id));
        var iteration = new AppendBatch(2, [Build.Event(EventType.IterationFailed, "fetch", 2, 0) with { Error = "lost" }]);
        Assert.IsType<AppendResult.ConditionFailed>(await Log.AppendAsync(id, iteration, Stop));
        var call = new AppendBatch(2, [Build.Event(EventType.CallError, "call", 6) with { Error = "lost" }]);
        Assert.IsType<AppendResult.ConditionFailed>(await Log.AppendAsync(id, call, Stop));
        Assert.Equal(before, Picture.Of(await Reader.ReadStateAsync(id)));
    }

    [Fact]
    public async Task A_batch_without_events_is_a_mistake_of_the_caller()
    {
        var id = await Log.CreateAsync(Build.Execution(), Stop);
        await Assert.ThrowsAsync<ArgumentException>(async () => await Log.AppendAsync(id, new AppendBatch(0, []), Stop));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Log.AppendAsync(
            id, new AppendBatch(0, [Build.Event(EventType.PlaybookFailed), Build.Event(EventType.ExecutionDegraded)]), Stop));
    }
}
