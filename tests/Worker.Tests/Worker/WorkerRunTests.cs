using System.Text.Json;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools;
using PlaybookOperator.Tools.Running;
using PlaybookOperator.Tools.Secrets;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Worker;

public sealed class WorkerRunTests(SampleFixture sample) : IAsyncLifetime
{
    private readonly QuickTimeProvider _time = new();
    private readonly StringWriter _log = new();
    private readonly string _tokenFile = Path.GetTempFileName();
    private OperatorStandIn _operator = null!;

    public async ValueTask InitializeAsync()
    {
        _operator = await OperatorStandIn.StartAsync();
        await File.WriteAllTextAsync(_tokenFile, "projected-token\n");
        using var bench = new TaskBench(sample.Url);
        _operator.Work = bench.Assign("""{"tool": {"kind": "transform", "result": "the payload"}}""");
    }

    [Fact]
    public async Task It_exchanges_its_token_claims_runs_and_reports()
    {
        Assert.Equal(0, await RunAsync());
        Assert.Equal(["session", "claim", "reports"], _operator.Paths);
        Assert.Equal("""{"token":"projected-token"}""", _operator.Calls.First().Body);
        Assert.All(_operator.Calls.Skip(1), call => Assert.Equal("Bearer session-token", call.Authorization));
        Assert.All(_operator.Calls, call => Assert.Equal("1", call.Version));
        var report = _operator.LastReport;
        Assert.Equal((WorkOutcome.Completed, "\"the payload\"", 12, 3), (report.Outcome, report.Result!.Value.GetRawText(), report.RunId, report.Index));
    }

    [Theory]
    [InlineData("{{ big }}", new[] { "session", "claim", "input", "input", "reports" }, "the value")]
    [InlineData("{{ big }}{{ big }}", new[] { "session", "claim", "input", "input", "reports" }, "the valuethe value")]
    [InlineData("nothing", new[] { "session", "claim", "reports" }, "nothing")]
    public async Task A_result_that_is_referred_to_is_asked_for_once_and_only_when_a_template_names_it(string template, string[] calls, string result)
    {
        using var bench = new TaskBench(sample.Url);
        _operator.Work = bench.Assign($$$"""{"tool": {"kind": "transform", "result": "{{{template}}}"}}""") with { References = [new("big", 7, WithResults: true)] };
        _operator.Queue("input", 503);
        _operator.Queue("input", 200, """{"value": "the value"}""");
        Assert.Equal(0, await RunAsync());
        Assert.Equal(calls, _operator.Paths);
        Assert.Equal(result, _operator.LastReport.Result!.Value.GetString());
        Assert.All(_operator.Calls.Where(call => call.Path == "input"), call => Assert.Equal("""{"run_id":7,"with_results":true}""", call.Body));
    }

    [Fact]
    public async Task A_result_that_is_not_to_be_had_fails_the_work_with_its_name()
    {
        using var bench = new TaskBench(sample.Url);
        _operator.Work = bench.Assign("""{"tool": {"kind": "transform", "result": "{{ big }}"}}""") with { References = [new("big", 7, WithResults: true)] };
        _operator.Queue("input", 404, """{"title": "Not Found", "detail": "A newer run."}""");
        Assert.Equal(0, await RunAsync());
        Assert.Equal((WorkOutcome.Failed, WorkErrorKind.Internal), (_operator.LastReport.Outcome, _operator.LastReport.Error!.Kind));
        Assert.Contains("The result of step 'big' could not be read: 404 A newer run.", _operator.LastReport.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Work_that_may_not_start_fails_with_the_reason_and_calls_nothing()
    {
        using var bench = new TaskBench(sample.Url);
        var problem = new WorkError(WorkErrorKind.Configuration, "loading.required: …");
        _operator.Work = bench.Assign("""{"tool": {"kind": "transform", "result": 1}, "retry": {"max_attempts": 5}}""") with { Problem = problem };
        Assert.Equal(0, await RunAsync());
        Assert.Equal((WorkOutcome.Failed, 1, problem), (_operator.LastReport.Outcome, _operator.LastReport.Attempt, _operator.LastReport.Error));
    }

    [Theory]
    [InlineData(204)]
    [InlineData(409)]
    public async Task Nothing_to_do_is_no_failure(int status)
    {
        _operator.Queue("claim", status);
        Assert.Equal(0, await RunAsync());
        Assert.Equal(["session", "claim"], _operator.Paths);
    }

    [Fact]
    public async Task A_pod_that_follows_one_that_was_deleted_says_by_its_exit_code_that_the_work_is_not_done()
    {
        _operator.Queue("claim", 423);
        Assert.Equal(1, await RunAsync());
        Assert.Equal(["session", "claim"], _operator.Paths);
    }

    [Theory]
    [InlineData("session", 425)]
    [InlineData("session", 503)]
    [InlineData("session", 429)]
    [InlineData("claim", 503)]
    [InlineData("reports", 500)]
    [InlineData("reports", 429)]
    public async Task An_operator_that_is_not_ready_is_asked_again_when_it_says(string call, int status)
    {
        _operator.Queue(call, status, retryAfter: "7");
        _operator.Queue(call, status);
        Assert.Equal(0, await RunAsync());
        Assert.Equal(3, _operator.Paths.Count(path => path == call));
        Assert.Equal(TimeSpan.FromSeconds(7), _time.Waits.First());
        Assert.Equal(2, _time.Waits.Count);
    }

    [Theory]
    [InlineData("session", 401)]
    [InlineData("session", 403)]
    [InlineData("claim", 403)]
    [InlineData("reports", 403)]
    [InlineData("reports", 409)]
    [InlineData("reports", 400)]
    public async Task A_final_refusal_ends_with_one_line_and_exit_code_1(string call, int status)
    {
        _operator.Queue(call, status, """{"title": "No.", "detail": "Not for you."}""");
        Assert.Equal(1, await RunAsync());
        Assert.Equal(1, _operator.Paths.Count(path => path == call));
        Assert.Contains($"{status} Not for you.", _log.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("claim")]
    [InlineData("reports")]
    public async Task A_session_that_has_run_out_is_exchanged_again(string call)
    {
        _operator.Queue(call, 401);
        Assert.Equal(0, await RunAsync());
        Assert.Equal(2, _operator.Paths.Count(path => path == "session"));
        Assert.Equal("reports", _operator.Paths.Last());
    }

    [Fact]
    public async Task A_session_that_is_refused_twice_in_a_row_is_final()
    {
        _operator.Queue("claim", 401);
        _operator.Queue("claim", 401);
        Assert.Equal(1, await RunAsync());
    }

    [Fact]
    public async Task A_report_that_is_too_large_is_replaced_by_one_that_says_so()
    {
        _operator.Queue("reports", 413);
        Assert.Equal(0, await RunAsync());
        var report = _operator.LastReport;
        Assert.Equal((WorkOutcome.Failed, WorkErrorKind.ResultTooLarge), (report.Outcome, report.Error!.Kind));
        Assert.Null(report.Result);
    }

    [Fact]
    public async Task A_report_is_given_up_when_the_window_is_over()
    {
        for (var i = 0; i < 1000; i++) _operator.Queue("reports", 503);
        Assert.Equal(1, await RunAsync());
        Assert.InRange(_time.Waits.Sum(wait => wait.TotalSeconds), 580, 600);
    }

    [Fact]
    public async Task An_unreachable_operator_is_tried_for_the_whole_window()
    {
        await _operator.DisposeAsync();
        Assert.Equal(1, await RunAsync());
        Assert.InRange(_time.Waits.Sum(wait => wait.TotalSeconds), 580, 600);
        _operator = await OperatorStandIn.StartAsync();
    }

    [Theory]
    [InlineData("claim", "not json")]
    [InlineData("claim", """{"step": "x"}""")]
    [InlineData("session", """{"session": 5}""")]
    public async Task An_answer_that_cannot_be_read_is_final(string call, string body)
    {
        _operator.Queue(call, 200, body);
        Assert.Equal(1, await RunAsync());
        Assert.Contains("cannot be read", _log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_with_cache_asks_the_operator_first_and_gives_it_what_it_had_to_read()
    {
        using var bench = new TaskBench(sample.Url);
        _operator.Work = bench.Assign("""{"tool": {"kind": "http", "url": "URL/detail/3?run_key=RUNKEY"}, "cache_seconds": 60}""");
        Assert.Equal(0, await RunAsync());
        Assert.Equal(["session", "claim", "query/get", "query/put", "reports"], _operator.Paths);
        var stored = _operator.Calls.Single(call => call.Path == "query/put");
        Assert.Equal("Bearer session-token", stored.Authorization);
        var kept = JsonSerializer.Deserialize(stored.Body, WorkJson.Default.QueryStore)!;
        Assert.Equal(new QueryLookup(kept.Key, 60), JsonSerializer.Deserialize(_operator.Calls.Single(call => call.Path == "query/get").Body, WorkJson.Default.QueryLookup));

        var fetched = _operator.LastReport.Result!.Value.GetRawText();
        _operator.Queue("query/get", 200, $$"""{"result": {{kept.Result.GetRawText()}} }""");
        Assert.Equal(0, await RunAsync());
        Assert.Equal(fetched, _operator.LastReport.Result!.Value.GetRawText());
        Assert.Single(await bench.RequestsAsync());
        Assert.Single(_operator.Paths, path => path == "query/put");
    }

    [Theory]
    [InlineData(503, "{}")]
    [InlineData(404, "{}")]
    [InlineData(401, "{}")]
    [InlineData(200, "not json")]
    [InlineData(200, "null")]
    public async Task An_operator_that_cannot_say_costs_a_read_and_nothing_else(int status, string body)
    {
        using var bench = new TaskBench(sample.Url);
        _operator.Work = bench.Assign("""{"tool": {"kind": "http", "url": "URL/detail/3?run_key=RUNKEY"}, "cache_seconds": 60}""");
        _operator.Queue("query/get", status, body);
        _operator.Queue("query/put", status, body);
        Assert.Equal(0, await RunAsync());
        Assert.Equal(WorkOutcome.Completed, _operator.LastReport.Outcome);
        Assert.Single(await bench.RequestsAsync());
        Assert.Empty(_time.Waits);
    }

    [Fact]
    public async Task Work_of_another_version_is_not_run()
    {
        _operator.Work = _operator.Work! with { Version = 2 };
        Assert.Equal(1, await RunAsync());
        Assert.DoesNotContain("reports", _operator.Paths);
    }

    [Fact]
    public async Task The_log_has_neither_results_nor_tokens()
    {
        await RunAsync();
        var lines = _log.ToString();
        Assert.Contains("\"outcome\":\"Completed\"", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("payload", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("token", lines, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        File.Delete(_tokenFile);
        await _operator.DisposeAsync();
    }

    private async Task<int> RunAsync()
    {
        using var tools = new ToolRegistry(_time);
        using var client = new OperatorClient(_operator.Url);
        var log = new WorkerLog(_log, _time);
        var options = new WorkerOptions { ApiUrl = _operator.Url, TokenFile = _tokenFile };
        var calls = new PersistentCalls(client, options, _time, () => 0.5, log);
        var queries = new OperatorQueryCache(client, () => calls.Session, TimeProvider.System);
        var runner = new AssignmentRunner(tools, new GivenSecrets(new Dictionary<string, string>()), new RunnerOptions(), _time, () => 0.5, queries, inputs: new OperatorInputs(calls));
        return await new WorkerRun(calls, runner, log, _time).RunAsync(TestContext.Current.CancellationToken);
    }
}
