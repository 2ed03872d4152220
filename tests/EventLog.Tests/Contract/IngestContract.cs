using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog.Tests.Support;

namespace PlaybookOperator.EventLog.Tests.Contract;

public abstract class IngestContract : EventLogContract
{
    private const long Run = 2;

    [Fact]
    public async Task First_terminal_report_wins_and_later_ones_are_duplicates()
    {
        var id = await BeginAsync(total: 3, dispatched: 2);
        Assert.Equal([IngestOutcome.Accepted], await Log.IngestAsync(id, [Build.Done(Run, 0)], Stop));
        Assert.Equal([IngestOutcome.Duplicate, IngestOutcome.Duplicate], await Log.IngestAsync(id, [Build.Failed(Run, 0), Build.Done(Run, 0)], Stop));
        var loop = (await Reader.ReadStateAsync(id)).Loops[Run];
        Assert.Equal((1, 0, 2), (loop.Succeeded, loop.Failed, loop.Cursor));
        Assert.Equal(6, (await Reader.ReadHeaderAsync(id, Stop))!.LastEventId);
    }

    [Fact]
    public async Task The_duration_of_each_report_that_ends_an_iteration_is_measured_once()
    {
        // As many milliseconds as no other test has: meters belong to the process.
        var took = Math.Round(2e6 + (Random.Shared.NextDouble() * 1e6), 3);
        using var durations = new IterationDurations(took / 1000);
        var id = await BeginAsync(total: 3, dispatched: 3);
        await Log.IngestAsync(id, [Build.Done(Run, 0) with { DurationMs = took }, Build.Failed(Run, 1) with { DurationMs = took }], Stop);
        Assert.Equal(2, durations.Count);
        await Log.IngestAsync(id, [Build.Done(Run, 0) with { DurationMs = took }, Build.Waiting(Run, 2) with { DurationMs = took }], Stop);
        Assert.Equal(2, durations.Count);
    }

    [Fact]
    public async Task Of_several_reports_in_one_call_each_is_judged_in_its_turn()
    {
        var id = await BeginAsync(total: 5, dispatched: 4);
        var outcomes = await Log.IngestAsync(
            id,
            [
                Build.Done(Run, 0, fence: 9), Build.Done(Run, 0), Build.Failed(Run, 0), Build.Done(Run, 0, fence: 9),
                Build.Waiting(Run, 1), Build.Done(Run, 1), Build.Done(Run, 1, fence: 2),
                Build.Done(Run, 4), Build.Done(Run, -7), Build.Done(77, 0), Build.Done(Run, WorkKey.Call), Build.Failed(Run, 3),
            ],
            Stop);
        Assert.Equal(
            [
                IngestOutcome.Stale, IngestOutcome.Accepted, IngestOutcome.Duplicate, IngestOutcome.Duplicate,
                IngestOutcome.Accepted, IngestOutcome.Stale, IngestOutcome.Stale,
                IngestOutcome.Unknown, IngestOutcome.Unknown, IngestOutcome.Unknown, IngestOutcome.Duplicate, IngestOutcome.Accepted,
            ],
            outcomes);
        var events = await Reader.ReadAllAsync(id);
        Assert.Equal(Enumerable.Range(1, 11).Select(i => (long)i), events.Select(e => e.EventId));
        Assert.Equal(
            [EventType.IterationCompleted, EventType.CallRetry, EventType.CallError, EventType.IterationFailed], events.Skip(7).Select(e => e.Type));
    }

    [Fact]
    public async Task A_report_of_a_former_delivery_is_stale()
    {
        var id = await BeginAsync(total: 1, dispatched: 1);
        await Log.AppendedAsync(id, new AppendBatch(1, [Build.Iteration("fetch", Run, 0, fence: 2, OpenWork.LostReason)]));
        Assert.Equal([IngestOutcome.Stale], await Log.IngestAsync(id, [Build.Done(Run, 0, fence: 1)], Stop));
        Assert.Equal([IngestOutcome.Accepted], await Log.IngestAsync(id, [Build.Done(Run, 0, fence: 2)], Stop));
    }

    [Fact]
    public async Task A_wait_keeps_the_work_open_until_it_is_delivered_again()
    {
        var id = await BeginAsync(total: 1, dispatched: 1);
        Assert.Equal([IngestOutcome.Accepted], await Log.IngestAsync(id, [Build.Waiting(Run, 0, attempt: 4)], Stop));
        var key = new WorkKey(Run, 0);
        Assert.Equal(new OpenWork(key, 1, AttemptsUsed: 4, NextAt: Build.Now.AddMinutes(1)), (await Reader.ReadStateAsync(id)).Open[key]);
        Assert.IsType<ClaimResult.Refused>(await Log.ClaimAsync(id, key, 1, "pod", Stop));
        await Log.AppendedAsync(id, new AppendBatch(1, [Build.Iteration("fetch", Run, 0, fence: 2, OpenWork.RetryReason)]));
        Assert.Equal(new OpenWork(key, 2, AttemptsUsed: 4), (await Reader.ReadStateAsync(id)).Open[key]);
        Assert.Equal(new ClaimResult.Claimed(null, 4), await Log.ClaimAsync(id, key, 2, "pod", Stop));
        Assert.Equal([IngestOutcome.Accepted], await Log.IngestAsync(id, [Build.Done(Run, 0, fence: 2)], Stop));
    }

    [Fact]
    public async Task Ingest_leaves_the_version_alone()
    {
        var id = await BeginAsync(total: 4, dispatched: 4);
        await Log.IngestAsync(id, [Build.Done(Run, 0), Build.Done(Run, 1)], Stop);
        var header = await Reader.ReadHeaderAsync(id, Stop);
        Assert.Equal((1, 9), (header!.Version, header.LastEventId));
        await Log.AppendedAsync(id, new AppendBatch(1, [Build.Event(EventType.ExecutionDegraded)]));
    }

    [Fact]
    public async Task Notes_become_events_and_foreign_kinds_of_event_do_not()
    {
        var id = await BeginAsync(total: 1, dispatched: 1);
        var error = new WorkError(WorkErrorKind.Http, "503", 503, Retryable: true);
        var report = Build.Done(Run, 0) with
        {
            Attempt = 2,
            Notes =
            [
                new WorkNote(EventType.CallRetry, 1, Page: 3, error, DelayMs: 250, Build.Now),
                new WorkNote(EventType.PlaybookCompleted, 1, Page: null, Error: null, DelayMs: null, Build.Now),
                new WorkNote(EventType.SinkError, 2, Page: null, error, DelayMs: double.NaN, Build.Now),
            ],
        };
        Assert.Equal([IngestOutcome.Accepted], await Log.IngestAsync(id, [report], Stop));
        var events = (await Reader.ReadAllAsync(id)).Skip(4).ToArray();
        Assert.Equal([EventType.CallRetry, EventType.SinkError, EventType.IterationCompleted], events.Select(e => e.Type));
        Assert.All(events, e => Assert.Equal(("fetch", 0, Run, 0L), (e.Step!, e.Epoch!.Value, e.RunId!.Value, e.IterationIndex!.Value)));
        Assert.Equal("{delay_ms:250,error:{kind:\"Http\",message:\"503\",retryable:true,status:503},page:3}", Picture.Of(events[0].Context));
    }

    [Fact]
    public async Task A_call_outside_loops_ends_its_step_run()
    {
        var id = await Log.CreateAsync(Build.Execution(), Stop);
        await Log.AppendedAsync(id, new AppendBatch(0, [Build.Event(EventType.PlaybookStarted), Build.Start("call", 2), Build.Call("call", -2)]));
        Assert.Equal([IngestOutcome.Accepted], await Log.IngestAsync(id, [Build.Done(2, WorkKey.Call, """{"n":1.0}""")], Stop));
        Assert.Equal([IngestOutcome.Duplicate], await Log.IngestAsync(id, [Build.Failed(2, WorkKey.Call)], Stop));
        var run = (await Reader.ReadStateAsync(id)).Steps["call"];
        Assert.Equal((true, "{n:1.0}"), (run.CallEnded, Picture.Of(run.Result)));
    }

    [Fact]
    public async Task Work_of_a_former_run_of_a_step_still_ends_but_is_not_remembered()
    {
        var id = await BeginAsync(total: 2, dispatched: 2);
        await Log.AppendedAsync(id, new AppendBatch(1, [Build.Start("fetch", 1) with { Epoch = 1 }]));
        Assert.Equal([IngestOutcome.Accepted], await Log.IngestAsync(id, [Build.Done(Run, 0)], Stop));
        Assert.Equal([IngestOutcome.Unknown], await Log.IngestAsync(id, [Build.Done(Run, 0)], Stop));
        var state = await Reader.ReadStateAsync(id);
        Assert.Empty(state.Loops);
        Assert.Equal(new WorkKey(Run, 1), Assert.Single(state.Open.Keys));
    }

    [Fact]
    public async Task No_reports_are_no_write()
    {
        var id = await BeginAsync(total: 1, dispatched: 1);
        Assert.Empty(await Log.IngestAsync(id, [], Stop));
        Assert.Equal(4, (await Reader.ReadHeaderAsync(id, Stop))!.LastEventId);
    }

    private async Task<ExecutionId> BeginAsync(int total, int dispatched)
    {
        var id = await Log.CreateAsync(Build.Execution(), Stop);
        await Log.AppendedAsync(id, Build.Begin(total, dispatched));
        return id;
    }
}
