using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Failures;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog.Tests.Support;

namespace PlaybookOperator.EventLog.Tests.Contract;

/// <summary>Chunks, until, rate limits, progress of deliveries, and what an execution carries over from a former one.</summary>
public abstract class LoopContract : EventLogContract
{
    private const long Run = 2;

    [Theory]
    [InlineData(10)]
    [InlineData(2_500)]
    public async Task A_chunk_counts_as_its_elements_and_is_handed_out_as_their_list(int total)
    {
        var id = await BeginAsync(ChunkedLoop(total), elements: total, Build.Chunk("fetch", -2, 0, 4), Build.Chunk("fetch", -2, 4, 8), Build.Chunk("fetch", -2, 8, 10));
        var claimed = Assert.IsType<ClaimResult.Claimed>(await Log.ClaimAsync(id, new WorkKey(Run, 8), 1, "pod", Stop));
        Assert.Equal((2, "{\"n\":8} {\"n\":9}"), (claimed.Size, string.Join(' ', claimed.Element!.Value.EnumerateArray().Select(item => item.GetRawText()))));
        await Log.IngestAsync(id, [Build.Done(Run, 4), Build.Failed(Run, 0)], Stop);
        var state = await Reader.ReadStateAsync(id);
        Assert.Equal((4, 4, 10, 2), (state.Loops[Run].Succeeded, state.Loops[Run].Failed, state.Loops[Run].Cursor, Assert.Single(state.Open.Values).Size));
        Assert.Equal(Picture.Of(ExecutionState.Initial.Apply(await Reader.ReadAllAsync(id))), Picture.Of(state));
        var ends = (await Reader.ReadAllAsync(id)).Where(e => e.Type is EventType.IterationCompleted or EventType.CallError or EventType.IterationFailed);
        Assert.Equal(["4 4-8", "0 0-4", "0 0-4"], ends.Select(e => $"{e.IterationIndex} {e.Context!.Value.GetProperty("lo")}-{e.Context.Value.GetProperty("hi")}"));
        Assert.Equal([(0L, true), (4L, false)], (await Reader.ReadResultsAsync(id, Run, 0, 10, Stop)).Select(outcome => (outcome.Index, outcome.Error is not null)));
    }

    [Fact]
    public async Task Failures_are_counted_by_signature_whoever_tells_of_them()
    {
        var id = await BeginAsync(Build.Loop("fetch", -2, 9), elements: 0, [.. Enumerable.Range(0, 6).Select(i => Build.Iteration("fetch", -2, i))]);
        await Log.IngestAsync(id, [Build.Failed(Run, 0, "row 1 is locked"), Build.Done(Run, 1), Build.Failed(Run, 0, "row 2 is locked"), Build.Failed(Run, 2, "row 3 is locked")], Stop);
        var closed = Build.Event(EventType.IterationFailed, "fetch", Run, 3, """{"error": {"kind": "WorkerLost", "message": "x"} }""") with { Error = "The worker was lost 3 times.", Fence = 1 };
        var cancelled = Build.Event(EventType.IterationFailed, "fetch", Run, 4) with { Error = "The Execution was cancelled.", Fence = 1, Status = EventStatus.Cancelled };
        await Log.AppendedAsync(id, new AppendBatch(1, [closed, cancelled]));
        await Log.IngestAsync(id, [Build.Failed(Run, 5, "row 4 is locked")], Stop);

        var state = await Reader.ReadStateAsync(id);
        Assert.Equal((1, 4), (state.Loops[Run].Succeeded, state.Loops[Run].Failed));
        Assert.Equal(
            [new FailureCount("Http: row # is locked", 3, "row 1 is locked"), new FailureCount("WorkerLost: The worker was lost # times.", 1, "The worker was lost 3 times.")],
            state.Loops[Run].Failures.Entries);
        Assert.Equal(Picture.Of(ExecutionState.Initial.Apply(await Reader.ReadAllAsync(id))), Picture.Of(state));
        Assert.Equal([IterationStatus.Cancelled], (await Reader.ListIterationsAsync(id, Run, new IterationQuery(4, 1), Stop)).Select(row => row.Status));
        Assert.Equal([0L, 2, 3, 5], (await Reader.ListIterationsAsync(id, Run, new IterationQuery(0, 100) { Status = IterationStatus.Failed }, Stop)).Select(row => row.Index));
    }

    [Fact]
    public async Task The_least_frequent_failures_give_way_to_new_ones()
    {
        const int Kinds = 40;
        var id = await BeginAsync(Build.Loop("fetch", -2, 200), elements: 0, [.. Enumerable.Range(0, 120).Select(i => Build.Iteration("fetch", -2, i))]);
        for (var i = 0; i < Kinds; i++)
            await Log.IngestAsync(id, [Build.Failed(Run, 3 * i, Word(i)), Build.Failed(Run, (3 * i) + 1, Word(i)), Build.Failed(Run, (3 * i) + 2, "always")], Stop);
        var entries = (await Reader.ReadStateAsync(id)).Loops[Run].Failures.Entries;
        Assert.Equal((FailureTable.MaxEntries, new FailureCount("Http: always", Kinds, "always")), (entries.Length, entries[0]));
        Assert.Contains(entries, entry => entry.Signature == $"Http: {Word(Kinds - 1)}");

        static string Word(int number) => new((char)('a' + (number % 26)), 2 + (number / 26));
    }

    [Fact]
    public async Task Lists_tell_how_many_steps_are_over()
    {
        var id = await Log.CreateAsync(Build.Execution(), Stop);
        var begun = Build.Event(EventType.WorkflowInitialized, context: """{"steps": 7, "start": "fetch"}""");
        await Log.AppendedAsync(id, new AppendBatch(0, [Build.Event(EventType.PlaybookStarted), begun, Build.Start("fetch", 3)]) { Steps = new StepProgress(0, 7) });
        await Log.AppendedAsync(id, new AppendBatch(1, [Build.Event(EventType.StepExit, "fetch", 3)]) { Steps = new StepProgress(1, 7) });
        await Log.AppendedAsync(id, new AppendBatch(2, [Build.Event(EventType.ExecutionSuspended)]));
        var header = Assert.Single(await Reader.ListAsync(new ExecutionQuery(500), Stop), header => header.Id == id);
        Assert.Equal(LoopProgress.None with { Steps = new StepProgress(1, 7) }, header.Progress);
    }

    [Fact]
    public async Task A_chunk_that_is_delivered_again_stays_as_large_as_it_was()
    {
        var id = await BeginAsync(ChunkedLoop(4), elements: 4, Build.Chunk("fetch", -2, 0, 4));
        await Log.AppendedAsync(id, new AppendBatch(1, [Build.Chunk("fetch", Run, 0, 4, fence: 2)]) { StillOpen = [new OpenWork(new WorkKey(Run, 0), 1)] });
        var claimed = Assert.IsType<ClaimResult.Claimed>(await Log.ClaimAsync(id, new WorkKey(Run, 0), 2, "pod", Stop));
        Assert.Equal((4, 4), (claimed.Size, claimed.Element!.Value.GetArrayLength()));
        await Log.IngestAsync(id, [Build.Done(Run, 0, fence: 2)], Stop);
        Assert.Equal(4, (await Reader.ReadStateAsync(id)).Loops[Run].Succeeded);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_iteration_that_found_until_true_stops_the_loop(bool until)
    {
        var id = await BeginAsync(Build.Loop("fetch", -2, 5), elements: 0, Build.Iteration("fetch", -2, 0));
        await Log.IngestAsync(id, [Build.Done(Run, 0) with { Until = until }], Stop);
        var state = await Reader.ReadStateAsync(id);
        Assert.Equal(until, state.Loops[Run].Stopped);
        Assert.Equal(Picture.Of(ExecutionState.Initial.Apply(await Reader.ReadAllAsync(id))), Picture.Of(state));
    }

    [Fact]
    public async Task The_instant_of_the_next_start_is_kept()
    {
        const string Next = "2030-01-01T00:00:01.250001+00:00";
        var paced = Build.Iteration("fetch", -2, 0) with { Context = Build.Json($$"""{"next_start_at":"{{Next}}"}""") };
        var id = await BeginAsync(Build.Loop("fetch", -2, 5), elements: 0, paced);
        await Log.AppendedAsync(id, new AppendBatch(1, [Build.Iteration("fetch", Run, 1)]));
        Assert.Equal(DateTimeOffset.Parse(Next, System.Globalization.CultureInfo.InvariantCulture), (await Reader.ReadStateAsync(id)).Loops[Run].NextStartAt);
    }

    [Fact]
    public async Task Progress_outlives_its_delivery_and_only_the_standing_one_may_save_it()
    {
        var id = await BeginAsync(Build.Loop("fetch", -2, 1), elements: 0, Build.Iteration("fetch", -2, 0));
        var key = new WorkKey(Run, 0);
        Assert.True(await Log.SaveProgressAsync(id, key, 1, new PageProgress(1), Stop));
        Assert.True(await Log.SaveProgressAsync(id, key, 1, new PageProgress(2, "77"), Stop));
        Assert.False(await Log.SaveProgressAsync(id, key, 2, new PageProgress(9), Stop));
        Assert.False(await Log.SaveProgressAsync(id, new WorkKey(Run, 1), 1, new PageProgress(9), Stop));
        await Log.AppendedAsync(id, new AppendBatch(1, [Build.Iteration("fetch", Run, 0, fence: 2, OpenWork.LostReason)]));
        Assert.False(await Log.SaveProgressAsync(id, key, 1, new PageProgress(9), Stop));
        var claimed = Assert.IsType<ClaimResult.Claimed>(await Log.ClaimAsync(id, key, 2, "pod", Stop));
        Assert.Equal(new PageProgress(2, "77"), claimed.Progress);
        await Log.IngestAsync(id, [Build.Done(Run, 0, fence: 2)], Stop);
        Assert.False(await Log.SaveProgressAsync(id, key, 2, new PageProgress(3), Stop));
    }

    [Fact]
    public async Task A_result_that_its_report_wants_by_reference_is_kept_so()
    {
        var id = await BeginAsync(Build.Loop("fetch", -2, 1), elements: 0, Build.Iteration("fetch", -2, 0));
        await Log.IngestAsync(id, [Build.Done(Run, 0, "[1,2]") with { ByReference = true }], Stop);
        var end = (await Reader.ReadAllAsync(id))[^1];
        Assert.Equal((null, "{\"result_bytes\":5}"), (end.Result, Picture.Of(end.Context).Replace("result_bytes", "\"result_bytes\"", StringComparison.Ordinal)));
        Assert.Equal("[1,2]", (await Reader.ReadResultAsync(id, new WorkKey(Run, 0), Stop))?.GetRawText());
        Assert.Equal("[1,2]", Assert.Single(await Reader.ReadResultsAsync(id, Run, 0, 10, Stop)).Result?.GetRawText());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1_200)]
    public async Task What_succeeded_is_carried_into_a_later_execution_and_from_there_into_the_next(int total)
    {
        var first = await BeginAsync(Build.Loop("fetch", -2, total), elements: 0, [.. Enumerable.Range(0, total).Select(i => Build.Iteration("fetch", -2, i))]);
        await Log.IngestAsync(first, [.. Enumerable.Range(0, total).Where(i => i != 1).Select(i => Build.Done(Run, i, $"{i}") with { ByReference = i == 0 }), Build.Failed(Run, 1)], Stop);
        var second = await CarryAsync(first, total);
        Assert.Equal(first, (await Reader.ReadHeaderAsync(second, Stop))!.RetryOf);
        var state = await Reader.ReadStateAsync(second);
        Assert.Equal((total - 1, true, false), (state.Loops[Run].Succeeded, state.Loops[Run].Carried!.Contains(0), state.Loops[Run].Carried!.Contains(1)));
        Assert.Equal(Picture.Of(ExecutionState.Initial.Apply(await Reader.ReadAllAsync(second))), Picture.Of(state));
        await Log.AppendedAsync(second, new AppendBatch(1, [Build.Iteration("fetch", Run, 1)]));
        await Log.IngestAsync(second, [Build.Done(Run, 1, "\"now\"")], Stop);
        var third = await CarryAsync(second, total);
        var results = await Reader.ReadResultsAsync(third, Run, 0, 3, Stop);
        Assert.Equal([(0L, "0"), (1L, "\"now\""), (2L, "2")], results.Select(outcome => (outcome.Index, outcome.Result!.Value.GetRawText())));
        Assert.Equal(2, Assert.Single(await Reader.ReadResultsAsync(third, Run, 2, 1, Stop)).Index);
        var succeeded = await Reader.ReadSucceededAsync(third, new LoopName("fetch", 0), 0, 2, Stop);
        Assert.Equal([first, second], succeeded.Select(iteration => iteration.Origin.Execution));
    }

    [Fact]
    public async Task Keys_name_what_succeeded()
    {
        var id = await BeginAsync(Build.Loop("fetch", -2, 2, range: false), elements: 2, keys: ["red", "blue"], Build.Iteration("fetch", -2, 0), Build.Iteration("fetch", -2, 1));
        await Log.IngestAsync(id, [Build.Done(Run, 1)], Stop);
        var only = Assert.Single(await Reader.ReadSucceededAsync(id, new LoopName("fetch", 0), 0, 10, Stop));
        Assert.Equal(new FormerIteration(1, "blue", null, new ResultOrigin(id, new WorkKey(Run, 1))), only);
        Assert.Empty(await Reader.ReadSucceededAsync(id, new LoopName("fetch", 1), 0, 10, Stop));
        Assert.Empty(await Reader.ReadSucceededAsync(id, new LoopName("other", 0), 0, 10, Stop));
    }

    /// <summary>As they are given by a decider: neighbours as one.</summary>
    private static List<CarriedIteration> Joined(IReadOnlyList<FormerIteration> succeeded)
    {
        var carried = new List<FormerIteration>();
        foreach (var iteration in succeeded)
        {
            if (carried.Count > 0 && carried[^1].TryJoin(iteration, out var joined)) carried[^1] = joined;
            else carried.Add(iteration);
        }

        return [.. carried.Select(iteration => new CarriedIteration(iteration.Index, iteration.Size, iteration.Origin, iteration.Count))];
    }

    private static ExecutionEvent ChunkedLoop(int total) =>
        Build.Event(EventType.IteratorStarted, "fetch", -2, context: $$"""{"total_count":{{total}},"chunk":4}""");

    private Task<ExecutionId> BeginAsync(ExecutionEvent loop, int elements, params ExecutionEvent[] started) => BeginAsync(loop, elements, keys: null, started);

    private async Task<ExecutionId> BeginAsync(ExecutionEvent loop, int elements, string[]? keys, params ExecutionEvent[] started)
    {
        var id = await Log.CreateAsync(Build.Execution(), Stop);
        var batch = new AppendBatch(0, [Build.Event(EventType.PlaybookStarted), Build.Start("fetch", 2), loop, .. started]);
        if (elements > 0)
        {
            batch = batch with
            {
                Collections = new Dictionary<long, IReadOnlyList<System.Text.Json.JsonElement>> { [-2] = [.. Enumerable.Range(0, elements).Select(n => Build.Json($$"""{"n":{{n}}}"""))] },
            };
        }

        if (keys is not null) batch = batch with { Keys = new Dictionary<long, IReadOnlyList<string>> { [-2] = keys } };
        await Log.AppendedAsync(id, batch);
        return id;
    }

    /// <summary>An execution that carries all that succeeded in the former one.</summary>
    private async Task<ExecutionId> CarryAsync(ExecutionId former, int total)
    {
        var id = await Log.CreateAsync(Build.Execution() with { RetryOf = former }, Stop);
        var succeeded = await Reader.ReadSucceededAsync(former, new LoopName("fetch", 0), 0, 10_000, Stop);
        var indexes = string.Join(',', succeeded.Select(iteration => iteration.Index));
        var loop = Build.Event(EventType.IteratorStarted, "fetch", -2, context: $$"""
            {"total_count":{{total}},"range":{"start":0,"step":1},"carried":{"execution_id":"{{former}}","succeeded":{{succeeded.Count}},"indexes":"{{indexes}}"} }
            """);
        await Log.AppendedAsync(id, new AppendBatch(0, [Build.Event(EventType.PlaybookStarted), Build.Start("fetch", 2), loop])
        {
            Carried = new Dictionary<long, IReadOnlyList<CarriedIteration>>
            {
                [-2] = Joined(succeeded),
            },
        });
        return id;
    }
}
