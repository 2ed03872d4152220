using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Governing;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog.Tests.Support;

namespace PlaybookOperator.EventLog.Tests.Contract;

/// <summary>Claims, Jobs, elements and results.</summary>
public abstract class WorkContract : EventLogContract
{
    private const long Run = 2;

    /// <summary>JSON that is valid and awkward: what one system holds and another refuses.</summary>
    public static TheoryData<string> AwkwardJson { get; } =
    [
        "null", "\"\"", "\"a\\u0000b\"", "{\"\\u0000\":1}", "\"\\ud800\"", "[\"\\udc00x\"]", "\"\\ud83d\\ude00 ü\"", "\"\\\\u0000\"",
        "1e400", "-1.5E-390", "1e999999", "123456789012345678901234567890.000001", "9007199254740993", "1.0", "{\"$json\":\"[1]\"}", "{\"a\":{\"$json\":1}}",
        "{\"b\":1,\"a\":{\"d\":[],\"c\":{}}}",
    ];

    [Fact]
    public async Task First_claim_is_durable_and_only_its_claimant_may_repeat_it()
    {
        var id = await BeginAsync(elements: 2);
        var key = new WorkKey(Run, 0);
        var first = Assert.IsType<ClaimResult.Claimed>(await Log.ClaimAsync(id, key, 1, "pod-a", Stop));
        Assert.Equal(("{\"n\":0}", 0), (first.Element?.GetRawText(), first.AttemptsUsed));
        Assert.IsType<ClaimResult.Claimed>(await Log.ClaimAsync(id, key, 1, "pod-a", Stop));
        Assert.Equal("The delivery has been claimed by another pod.", Refusal(await Log.ClaimAsync(id, key, 1, "pod-b", Stop)));
        Assert.Equal("The work has been handed to another delivery.", Refusal(await Log.ClaimAsync(id, key, 2, "pod-b", Stop)));
        var open = (await Reader.ReadAsync(id, 0, Stop))!.Open;
        Assert.Equal([true, false], open.Select(row => row.Claimed));
    }

    [Fact]
    public async Task What_the_leader_leaves_an_execution_is_read_with_it_until_it_is_taken_back()
    {
        var id = await BeginAsync(elements: 1);
        Assert.Null((await Reader.ReadHeaderAsync(id, Stop))!.Allowance);
        await Log.SaveAllowanceAsync(id, new Allowance(3, Halvings: 2), Stop);
        Assert.Equal(new Allowance(3, Halvings: 2), (await Reader.ReadAsync(id, 0, Stop))!.Header.Allowance);
        Assert.Equal(1, (await Reader.ReadHeaderAsync(id, Stop))!.Version);
        await Log.SaveAllowanceAsync(id, null, Stop);
        Assert.Null((await Reader.ReadHeaderAsync(id, Stop))!.Allowance);
        await Log.SaveAllowanceAsync(new ExecutionId(id.Value + 1), new Allowance(3), Stop);
    }

    [Fact]
    public async Task An_element_can_be_read_without_a_claim_alone_or_with_those_of_its_chunk()
    {
        var id = await BeginAsync(elements: 3);
        Assert.Equal("{\"n\":1}", (await Reader.ReadElementAsync(id, new WorkKey(Run, 1), size: null, Stop))?.GetRawText());
        var chunk = await Reader.ReadElementAsync(id, new WorkKey(Run, 1), size: 2, Stop);
        Assert.Equal([1, 2], chunk!.Value.EnumerateArray().Select(element => element.GetProperty("n").GetInt32()));
        Assert.Null(await Reader.ReadElementAsync(id, new WorkKey(Run, 7), size: null, Stop));
        Assert.DoesNotContain((await Reader.ReadAsync(id, 0, Stop))!.Open, row => row.Claimed);
    }

    [Fact]
    public async Task A_new_delivery_can_be_claimed_by_another_pod()
    {
        var id = await BeginAsync(elements: 1);
        var key = new WorkKey(Run, 0);
        await Log.ClaimAsync(id, key, 1, "pod-a", Stop);
        await Log.AppendedAsync(id, new AppendBatch(1, [Build.Iteration("fetch", Run, 0, fence: 2, OpenWork.LostReason)]));
        Assert.False(Assert.Single((await Reader.ReadAsync(id, 0, Stop))!.Open).Claimed);
        Assert.IsType<ClaimResult.Claimed>(await Log.ClaimAsync(id, key, 2, "pod-b", Stop));
        Assert.IsType<ClaimResult.Refused>(await Log.ClaimAsync(id, key, 1, "pod-a", Stop));
        await Log.IngestAsync(id, [Build.Done(Run, 0, fence: 2)], Stop);
        Assert.Equal("The work is not open.", Refusal(await Log.ClaimAsync(id, key, 2, "pod-b", Stop)));
    }

    [Fact]
    public async Task Claims_that_race_have_one_winner()
    {
        var id = await BeginAsync(elements: 1);
        var other = await Kind.AnotherProcessAsync();
        await using var owned = ReferenceEquals(other, Kind) ? null : other;
        var claims = await Task.WhenAll(Enumerable.Range(0, 16).Select(async pod =>
            await (pod % 2 == 0 ? Log : other.Log).ClaimAsync(id, new WorkKey(Run, 0), 1, $"pod-{pod}", Stop)));
        Assert.Single(claims, claim => claim is ClaimResult.Claimed);
    }

    [Fact]
    public async Task A_job_leads_back_to_its_work()
    {
        var id = await BeginAsync(elements: 2);
        var job = new JobRecord(new WorkKey(Run, 1), 3, Guid.NewGuid().ToString());
        await Log.RecordJobsAsync(id, [job, job with { JobUid = Guid.NewGuid().ToString(), Fence = 4 }], Stop);
        await Log.RecordJobsAsync(id, [job, job with { Fence = 9 }], Stop);
        await Log.RecordJobsAsync(id, [], Stop);
        Assert.Equal(new JobRecordMatch(id, new WorkKey(Run, 1), 3), await Reader.FindJobAsync(job.JobUid, Stop));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(2_500)]
    public async Task Elements_of_a_collection_read_back_by_index(int count)
    {
        var id = await BeginAsync(count);
        var last = Assert.IsType<ClaimResult.Claimed>(await Log.ClaimAsync(id, new WorkKey(Run, count - 1), 1, "pod", Stop));
        Assert.Equal($"{{\"n\":{count - 1}}}", last.Element?.GetRawText());
        Assert.Equal(count, (await Reader.ReadStateAsync(id)).Open.Count);
    }

    [Fact]
    public async Task A_decider_too_stores_a_large_result_by_reference()
    {
        var id = await BeginAsync(elements: 2);
        var done = Build.Event(EventType.CallDone, "call", -1, context: """{"result_bytes":7}""");
        await Log.AppendedAsync(id, new AppendBatch(1, [Build.Start("call", 1), Build.Call("call", -1), done])
        {
            Results = new Dictionary<long, JsonElement> { [-1] = Build.Json("[1,2,3]") },
        });
        var call = (await Reader.ReadStateAsync(id)).Steps["call"];
        Assert.Equal((7L, true), (call.ResultBytes, call.CallEnded));
        Assert.Equal("[1,2,3]", (await Reader.ReadResultAsync(id, new WorkKey(call.RunId, WorkKey.Call), Stop))?.GetRawText());
    }

    [Fact]
    public async Task A_batch_that_is_refused_stores_no_result()
    {
        var id = await BeginAsync(elements: 2);
        var batch = new AppendBatch(99, [Build.Start("call", 1)]) { Results = new Dictionary<long, JsonElement> { [-1] = Build.Json("1") } };
        Assert.IsType<AppendResult.VersionConflict>(await Log.AppendAsync(id, batch, Stop));
        var next = (await Reader.ReadStateAsync(id)).LastEventId + 1;
        Assert.Null(await Reader.ReadResultAsync(id, new WorkKey(next, WorkKey.Call), Stop));
    }

    [Fact]
    public async Task A_large_result_is_stored_by_reference()
    {
        var id = await BeginAsync(elements: 2);
        await Log.AppendedAsync(id, new AppendBatch(1, [Build.Start("call", 1), Build.Call("call", -1)]));
        var large = "\"" + new string('x', 100_000) + "\"";
        var call = (await Reader.ReadStateAsync(id)).Steps["call"].RunId;
        await Log.IngestAsync(id, [Build.Done(Run, 1, large), Build.Done(Run, 0, "[7]"), Build.Done(call, WorkKey.Call, large)], Stop);
        var ended = (await Reader.ReadAllAsync(id)).Where(e => e.Type is EventType.IterationCompleted or EventType.CallDone).ToArray();
        Assert.Equal(["-", "[7]", "-"], ended.Select(e => Picture.Of(e.Result)));
        Assert.Equal("{result_bytes:100002}", Picture.Of(ended[0].Context));
        Assert.Equal(100_002, (await Reader.ReadStateAsync(id)).Steps["call"].ResultBytes);
        Assert.Equal(large, (await Reader.ReadResultAsync(id, new WorkKey(call, WorkKey.Call), Stop))?.GetRawText());
        Assert.Equal(large, (await Reader.ReadResultAsync(id, new WorkKey(Run, 1), Stop))?.GetRawText());
        Assert.Null(await Reader.ReadResultAsync(id, new WorkKey(Run, 0), Stop));
        var outcomes = await Reader.ReadResultsAsync(id, Run, 0, 10, Stop);
        Assert.Equal(["[7]", large], outcomes.Select(outcome => outcome.Result?.GetRawText()));
    }

    [Fact]
    public async Task Results_come_in_order_of_index_and_in_pages()
    {
        var id = await BeginAsync(elements: 6);
        await Log.IngestAsync(id, [Build.Done(Run, 4), Build.Failed(Run, 2, "bad"), Build.Done(Run, 0, result: null), Build.Done(Run, 5)], Stop);
        var first = await Reader.ReadResultsAsync(id, Run, 0, 2, Stop);
        Assert.Equal([(0, "null", null), (2, "-", "bad")], first.Select(o => (o.Index, Picture.Of(o.Result), o.Error)));
        var next = await Reader.ReadResultsAsync(id, Run, 3, 10, Stop);
        Assert.Equal([(4, "1", null), (5, "1", null)], next.Select(o => (o.Index, Picture.Of(o.Result), o.Error)));
        Assert.Empty(await Reader.ReadResultsAsync(id, 99, 0, 10, Stop));
    }

    [Theory]
    [MemberData(nameof(AwkwardJson))]
    public async Task Awkward_json_neither_breaks_its_neighbours_nor_changes(string json)
    {
        var id = await BeginAsync(elements: 3);
        var report = Build.Done(Run, 1, json) with { Notes = [new WorkNote(EventType.CallRetry, 1, null, new WorkError("Http", "nul \0 and \ud800 lone"), 1, Build.Now)] };
        Assert.All(await Log.IngestAsync(id, [Build.Done(Run, 0), report, Build.Done(Run, 2)], Stop), o => Assert.Equal(IngestOutcome.Accepted, o));
        var ended = (await Reader.ReadAllAsync(id)).Single(e => e is { Type: EventType.IterationCompleted, IterationIndex: 1 });
        Assert.True(Same(json, ended.Result), ended.Result?.GetRawText());
        var outcome = (await Reader.ReadResultsAsync(id, Run, 1, 1, Stop))[0];
        Assert.True(Same(json, outcome.Result), outcome.Result?.GetRawText());
        Assert.Equal("nul \ufffd and \ufffd lone", (await Reader.ReadAllAsync(id)).Single(e => e.Type == EventType.CallRetry).Error);
    }

    [Theory]
    [MemberData(nameof(AwkwardJson))]
    public async Task Awkward_json_in_elements_and_large_results_keeps_its_text(string json)
    {
        var id = await Log.CreateAsync(Build.Execution(workload: json), Stop);
        var begin = Build.Begin(1, 1);
        await Log.AppendedAsync(id, begin with { Collections = new Dictionary<long, IReadOnlyList<JsonElement>> { [-2] = [Build.Json(json)] } });
        var claimed = Assert.IsType<ClaimResult.Claimed>(await Log.ClaimAsync(id, new WorkKey(Run, 0), 1, "pod", Stop));
        Assert.Equal(json, claimed.Element?.GetRawText());
        var large = $"[{json},\"{new string('x', 70_000)}\"]";
        await Log.IngestAsync(id, [Build.Done(Run, 0, large)], Stop);
        Assert.Equal(large, (await Reader.ReadResultAsync(id, new WorkKey(Run, 0), Stop))?.GetRawText());
        Assert.Equal(json, (await Reader.ReadHeaderAsync(id, Stop))!.Workload.GetRawText());
    }

    [Fact]
    public async Task A_deeply_nested_result_reads_back()
    {
        var id = await BeginAsync(elements: 2);
        var deep = JsonElement.Parse(new string('[', 5_000) + new string(']', 5_000), new JsonDocumentOptions { MaxDepth = 6_000 });
        var large = JsonElement.Parse(new string('[', 5_000) + $"\"{new string('x', 70_000)}\"" + new string(']', 5_000), new JsonDocumentOptions { MaxDepth = 6_000 });
        var reports = new[] { Build.Done(Run, 0) with { Result = deep }, Build.Done(Run, 1) with { Result = large } };
        Assert.All(await Log.IngestAsync(id, reports, Stop), outcome => Assert.Equal(IngestOutcome.Accepted, outcome));
        var outcomes = await Reader.ReadResultsAsync(id, Run, 0, 2, Stop);
        Assert.Equal([deep.GetRawText(), large.GetRawText()], outcomes.Select(outcome => outcome.Result?.GetRawText()));
    }

    /// <summary>The same text, or another spelling of the same value; lone surrogates only compare as text.</summary>
    private static bool Same(string json, JsonElement? found) =>
        found is { } value && (value.GetRawText() == json || JsonElement.DeepEquals(Build.Json(json), value));

    private static string Refusal(ClaimResult claim) => Assert.IsType<ClaimResult.Refused>(claim).Reason;

    private async Task<ExecutionId> BeginAsync(int elements)
    {
        var id = await Log.CreateAsync(Build.Execution(), Stop);
        var begin = Build.Begin(elements, elements);
        await Log.AppendedAsync(id, begin with
        {
            Events = [.. begin.Events.Select(e => e.Type == EventType.IteratorStarted ? Build.Loop("fetch", -2, elements, range: false) : e)],
            Collections = new Dictionary<long, IReadOnlyList<JsonElement>>
            {
                [-2] = [.. Enumerable.Range(0, elements).Select(n => Build.Json($"{{\"n\":{n}}}"))],
            },
        });
        return id;
    }
}
