using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Failures;
using PlaybookOperator.Core.Executions.Pools;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog.Tests.Support;

namespace PlaybookOperator.EventLog.Tests.Contract;

/// <summary>Leases of a loop's pool: the ledger, the events and the counters change together, or not at all.</summary>
public abstract class PoolContract : EventLogContract
{
    private const long Run = 2;

    [Fact]
    public async Task Leased_iterations_are_reported_once_and_counted()
    {
        var id = await BeginAsync(total: 100);
        var answer = await SayAsync(id, "a", wants: 4);
        var grant = Assert.Single(answer.Grants);
        Assert.Equal((0, 4), (grant.Lo, grant.Hi));
        Assert.Equal((4, 0), await LeasedAsync(id));

        var outcomes = (await SayAsync(id, "a", [Done(grant, 1), Done(grant, 1), Done(grant, 0) with { Result = Build.Json("\"x\"") }])).Outcomes;

        Assert.Equal([IngestOutcome.Accepted, IngestOutcome.Duplicate, IngestOutcome.Accepted], outcomes);
        Assert.Equal([IngestOutcome.Duplicate], (await SayAsync(id, "a", [Done(grant, 0)])).Outcomes);
        Assert.Equal((2, 2), await LeasedAsync(id));
        Assert.Equal(["null", "\"x\""], (await Reader.ReadResultsAsync(id, Run, 0, 10, Stop)).Select(outcome => outcome.Result?.GetRawText() ?? "null").Order(StringComparer.Ordinal).Reverse());
        var events = await Reader.ReadAllAsync(id);
        Assert.Equal([1L, 0L], events.Where(happened => happened.Type == EventType.IterationCompleted).Select(happened => happened.IterationIndex!.Value));
        Assert.Equal(Enumerable.Range(1, events.Count).Select(number => (long)number), events.Select(happened => happened.EventId));
        Assert.All(events.Where(happened => happened.IterationIndex is not null), happened => Assert.Equal(("fetch", 0), (happened.Step, happened.Epoch)));
    }

    [Fact]
    public async Task What_workers_have_is_listed_as_running_and_what_has_ended_as_ended()
    {
        var id = await BeginAsync(total: 100);
        var grant = Assert.Single((await SayAsync(id, "a", wants: 4)).Grants);
        await SayAsync(id, "a", [Done(grant, 1)]);

        var rows = await Reader.ListIterationsAsync(id, Run, new IterationQuery(0, 100), Stop);

        Assert.Equal([0L, 1, 2, 3], rows.Select(row => row.Index));
        Assert.Equal([IterationStatus.Running, IterationStatus.Completed, IterationStatus.Running, IterationStatus.Running], rows.Select(row => row.Status));
        Assert.Equal([2L], (await Reader.ListIterationsAsync(id, Run, new IterationQuery(1, 1) { Status = IterationStatus.Running }, Stop)).Select(row => row.Index));
    }

    [Fact]
    public async Task The_duration_of_each_ended_iteration_is_measured_once()
    {
        // As many milliseconds as no other test has: meters belong to the process.
        var took = Math.Round(1e6 + (Random.Shared.NextDouble() * 1e6), 3);
        using var durations = new IterationDurations(took / 1000);
        var id = await BeginAsync(total: 100);
        var grant = Assert.Single((await SayAsync(id, "a", wants: 4)).Grants);
        await SayAsync(id, "a", [Done(grant, 1) with { DurationMs = took }, Done(grant, 1) with { DurationMs = took }, Failed(grant, 0) with { DurationMs = took }]);
        Assert.Equal(2, durations.Count);
        await SayAsync(id, "a", [Waiting(grant, 2) with { DurationMs = took }, Done(grant, 0) with { DurationMs = took }]);
        Assert.Equal(2, durations.Count);
    }

    [Fact]
    public async Task The_counters_equal_the_fold_of_the_log()
    {
        var id = await BeginAsync(total: 100);
        var grant = Assert.Single((await SayAsync(id, "a", wants: 5)).Grants);
        await SayAsync(id, "a", [Done(grant, 2), Failed(grant, 0), Failed(grant, 1), Waiting(grant, 3)]);

        var state = await Reader.ReadStateAsync(id);

        Assert.Equal((1, 2, "iteration 0: no luck", 1), (state.Loops[Run].Succeeded, state.Loops[Run].Failed, state.Loops[Run].FirstError, state.Loops[Run].Leased));
        var folded = ExecutionState.Initial.Apply(await Reader.ReadAllAsync(id));
        Assert.Equal(Picture.Of(folded), Picture.Of(state with { Loops = state.Loops.SetItem(Run, state.Loops[Run] with { Leased = 0 }) }));
    }

    [Fact]
    public async Task A_large_result_is_stored_by_reference()
    {
        var id = await BeginAsync(total: 2);
        var grant = Assert.Single((await SayAsync(id, "a", wants: 2)).Grants);
        await SayAsync(id, "a", [Done(grant, 1) with { Result = Build.Json("[1,2]"), ByReference = true }]);

        Assert.Equal("[1,2]", (await Reader.ReadResultAsync(id, new WorkKey(Run, 1), Stop))?.GetRawText());
        Assert.Equal("[1,2]", Assert.Single(await Reader.ReadResultsAsync(id, Run, 0, 10, Stop)).Result?.GetRawText());
    }

    [Fact]
    public async Task The_end_of_the_loop_is_refused_while_its_count_is_another_and_closes_the_pool()
    {
        var id = await BeginAsync(total: 2);
        var grant = Assert.Single((await SayAsync(id, "a", wants: 2)).Grants);
        var end = new AppendBatch(1, [Build.Event(EventType.IteratorFailed, "fetch", Run)]) { Loops = [new LoopCondition(Run, 0, IsExact: true)] };
        await SayAsync(id, "a", [Done(grant, 0)]);

        Assert.IsType<AppendResult.ConditionFailed>(await Log.AppendAsync(id, end, Stop));
        await Log.AppendedAsync(id, end with { Loops = [new LoopCondition(Run, 1, IsExact: true)] });

        var late = await SayAsync(id, "a", [Done(grant, 1)], wants: 5);
        Assert.Equal((IngestOutcome.Duplicate, true, 0), (Assert.Single(late.Outcomes), late.Leave, late.Grants.Length));
        Assert.Equal((0, 1), await LeasedAsync(id));
    }

    [Fact]
    public async Task After_the_end_of_the_execution_everybody_is_told_to_leave()
    {
        var id = await BeginAsync(total: 2);
        var grant = Assert.Single((await SayAsync(id, "a", wants: 2)).Grants);
        await Log.AppendedAsync(id, new AppendBatch(1, [Build.Event(EventType.ExecutionCancelled)]));

        var late = await SayAsync(id, "a", [Done(grant, 1)]);
        Assert.Equal((IngestOutcome.Closed, true), (Assert.Single(late.Outcomes), late.Leave));
        Assert.Equal(IngestOutcome.Unknown, Assert.Single((await SayAsync(new ExecutionId(1), "a", [Done(grant, 1)])).Outcomes));
    }

    [Fact]
    public async Task Workers_that_speak_at_once_get_different_iterations_and_no_event_is_lost_between_them()
    {
        const int Total = 400;
        var id = await BeginAsync(Total);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
        {
            var answer = await SayAsync(id, $"worker-{number}", wants: 20);
            while (!answer.Leave)
                answer = await SayAsync(id, $"worker-{number}", [.. answer.Grants.SelectMany(grant => Indexes(grant).Select(index => Done(grant, index)))], wants: 20);
        }));

        var ends = (await Reader.ReadAllAsync(id)).Where(happened => happened.Type == EventType.IterationCompleted).Select(happened => happened.IterationIndex!.Value).ToList();
        Assert.Equal(Enumerable.Range(0, Total).Select(index => (long)index), ends.Order());
        Assert.Equal((0, Total), await LeasedAsync(id));
    }

    [Fact]
    public async Task What_executes_is_what_workers_may_do_at_once_of_what_they_have()
    {
        var id = await BeginAsync(total: 1000);
        await SayAsync(id, "a", wants: 100);
        // Half of the window of 16 is for a second worker.
        Assert.Equal((100, 8), await ExecutingAsync(id));
        await SayAsync(id, "b", wants: 2);
        Assert.Equal((102, 8 + 2), await ExecutingAsync(id));
        await SayAsync(id, "a", width: 2);
        await SayAsync(id, "b", width: 2);
        Assert.Equal((102, 2), await ExecutingAsync(id));
        await SayAsync(id, "a", width: 40);
        await SayAsync(id, "b", width: 40);
        Assert.Equal((102, 20 + 2), await ExecutingAsync(id));
    }

    [Fact]
    public async Task Failures_of_a_pool_are_counted_by_signature()
    {
        var id = await BeginAsync(total: 100);
        var grant = Assert.Single((await SayAsync(id, "a", wants: 5)).Grants);
        await SayAsync(id, "a", [Failed(grant, 1), Done(grant, 0), Build.Failed(Run, 2, "row 12 is locked", grant.Lease)]);
        await SayAsync(id, "a", [Build.Failed(Run, 3, "row 7 is locked", grant.Lease)]);
        var state = await Reader.ReadStateAsync(id);
        Assert.Equal(
            [new FailureCount("Http: row # is locked", 2, "row 12 is locked"), new FailureCount("Http: no luck", 1, "no luck")], state.Loops[Run].Failures.Entries);
        Assert.Equal(Picture.Of(ExecutionState.Initial.Apply(await Reader.ReadAllAsync(id))), Picture.Of(state));
    }

    private async Task<(long Leased, long Executing)> ExecutingAsync(ExecutionId id)
    {
        var loop = (await Reader.ReadStateAsync(id)).Loops[Run];
        return (loop.Leased, loop.Executing);
    }

    private static IEnumerable<long> Indexes(PoolGrant grant)
    {
        for (var index = grant.Lo; index < grant.Hi; index++) yield return index;
    }

    private static WorkReport Done(PoolGrant grant, long index) => Build.Done(Run, index, result: null, fence: grant.Lease);

    private static WorkReport Failed(PoolGrant grant, long index) => Build.Failed(Run, index, fence: grant.Lease);

    private static WorkReport Waiting(PoolGrant grant, long index) => Build.Waiting(Run, index, fence: grant.Lease);

    private async Task<PoolAnswer> SayAsync(ExecutionId id, string member, WorkReport[]? reports = null, int wants = 0, int width = 16)
    {
        var loop = (await Reader.ReadAsync(id, 0, Stop))?.ToState(ExecutionState.Initial).Loops.GetValueOrDefault(Run)
            ?? new LoopState { RunId = Run, Step = "fetch", Epoch = 0, Total = 1, StartedAt = Build.Now };
        var settings = new PoolSettings { Loop = loop, IsOpen = true, MaxParallel = width, PoolSize = 2, Failures = new FailurePolicy.CollectAll() };
        return Assert.Single(await Log.LeaseAsync(id, Run, [new PoolTurn(member, reports ?? []) { Wants = wants }], settings, Stop));
    }

    private async Task<(long Leased, long Done)> LeasedAsync(ExecutionId id)
    {
        var loop = (await Reader.ReadStateAsync(id)).Loops[Run];
        return (loop.Leased, loop.Done);
    }

    private async Task<ExecutionId> BeginAsync(int total)
    {
        var id = await Log.CreateAsync(Build.Execution(), Stop);
        var started = Build.Event(
            EventType.IteratorStarted, "fetch", -2, context: $$"""{"total_count":{{total}},"range":{"start":0,"step":1},"pool":{"fence":1,"max_parallel":16} }""");
        await Log.AppendedAsync(id, new AppendBatch(0, [Build.Event(EventType.PlaybookStarted), Build.Start("fetch", 2), started]));
        return id;
    }
}
