using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Worker.Tests.Tools.Postgres;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Running;

public sealed class SinkOrderTests(SampleFixture sample, PostgresFixture postgres)
{
    [Theory]
    [InlineData("assessments", 10, 4)]
    [InlineData("users", 15, 3)]
    [InlineData("assessments", 20, 2)]
    [InlineData("users", 30, 2)]
    public async Task B1_the_body_of_the_scenario_fetches_all_pages_and_sinks_one_row(string name, int pageSize, int requests)
    {
        await postgres.ExecuteAsync("""
            CREATE SCHEMA IF NOT EXISTS scenario;
            CREATE TABLE IF NOT EXISTS scenario.results (execution_id bigint, endpoint_name text, endpoint_path text, page_size int, result_count int,
              iteration_index int, iteration_count int, run text);
            """);
        using var bench = Bench();
        bench.Variables = $$"""
            {"endpoint": {"name": "{{name}}", "path": "/api/v1/{{name}}", "page_size": {{pageSize}}}, "loop": {"index": 1, "length": 2} }
            """;
        bench.WorkloadTemplate = """{"server_url": "{{ secret.PAGINATED_API_URL }}"}""";
        var report = await bench.RunAsync(Scenario);
        Assert.Null(report.Error);
        Assert.Equal(35, report.Result!.Value.GetProperty("data").GetArrayLength());
        Assert.Equal(requests, (await bench.RequestsAsync()).Count);
        Assert.Equal($"7123456789012345678 {name} /api/v1/{name} {pageSize} 35 1 2", await postgres.ReadAsync($"""
            SELECT concat_ws(' ', execution_id, endpoint_name, endpoint_path, page_size, result_count, iteration_index, iteration_count)
            FROM scenario.results WHERE run = '{bench.RunKey}'
            """));
    }

    [Fact]
    public async Task A13_each_page_is_sunk_once_even_when_a_later_page_fails_first()
    {
        using var bench = Bench();
        var report = await bench.RunAsync("""
            {"tool": {"kind": "http", "url": "URL/api/v1/flaky", "headers": {"X-Run-Key": "RUNKEY"}, "params": {"page": 1, "fail_on": "2,4"}},
             "retry": {"on_error": {"initial_delay": 0}, "on_success": {"while": "{{ response.paging.hasMore }}", "collect": {"path": "data"},
               "per_iteration": {"sink": {"tool": "postgres", "auth": "RESULTS_DB", "table": "shop.kinds",
                 "data": {"tag": "RUNKEY", "i": "{{ result.data | length }}", "b": "{{ page }}", "t": "{{ response.paging.page }}"}}}}}}
            """);
        Assert.Null(report.Error);
        Assert.Equal("10/1/1 10/2/2 10/3/3 5/4/4", await postgres.ReadAsync(
            $"SELECT string_agg(i || '/' || b || '/' || t, ' ' ORDER BY b) FROM shop.kinds WHERE tag = '{bench.RunKey}'"));
        Assert.Equal([1, 2, 3, 4], report.Notes.Where(note => note.Type == EventType.SinkDone).Select(note => note.Page!.Value));
        Assert.Equal(2, report.Notes.Count(note => note.Type == EventType.CallRetry));
    }

    [Fact]
    public async Task A_failing_sink_fails_the_attempt_and_the_retry_repeats_the_last_page_without_its_page_sink()
    {
        using var bench = Bench();
        // The last page is fetched again because its closing sink fails once.
        var report = await bench.RunAsync("""
            {"tool": {"kind": "http", "url": "URL/api/v1/assessments", "headers": {"X-Run-Key": "RUNKEY"}, "params": {"page": 3, "pageSize": 15}},
             "retry": {"on_error": {"max_attempts": 2, "initial_delay": 0, "when": "{{ error.kind == 'Sink' }}"},
               "on_success": {"while": "{{ response.paging.hasMore }}", "collect": {"path": "data"},
                 "per_iteration": {"sink": {"tool": "postgres", "auth": "RESULTS_DB", "statement": "INSERT INTO shop.stock (name, place) VALUES ($1, 'page')", "params": ["RUNKEY"]}}}},
             "sink": {"tool": "postgres", "auth": "RESULTS_DB", "statement": "DO $$ BEGIN IF ATTEMPT_IS < 2 THEN RAISE 'not yet'; END IF; END $$"}}
            """.Replace("ATTEMPT_IS", "{{ attempt }}", StringComparison.Ordinal));
        Assert.Null(report.Error);
        Assert.Equal(5, report.Result!.Value.GetProperty("data").GetArrayLength());
        Assert.Equal(2, (await bench.RequestsAsync()).Count);
        Assert.Equal("1", await postgres.ReadAsync($"SELECT count(*) FROM shop.stock WHERE name = '{bench.RunKey}'"));
        Assert.Equal([EventType.SinkDone, EventType.SinkError, EventType.CallRetry, EventType.SinkDone], report.Notes.Select(note => note.Type));
    }

    [Fact]
    public async Task A_sink_that_always_fails_fails_the_work_although_the_call_succeeded()
    {
        using var bench = Bench();
        var report = await bench.RunAsync("""
            {"tool": {"kind": "transform", "result": 1}, "retry": {"on_error": {"initial_delay": 0}},
             "sink": {"tool": "postgres", "auth": "RESULTS_DB", "statement": "DO $$ BEGIN RAISE EXCEPTION 'never' USING ERRCODE = '40001'; END $$"}}
            """);
        Assert.Equal((WorkOutcome.Failed, WorkErrorKind.Sink, "40001", 3), (report.Outcome, report.Error!.Kind, report.Error.Code, report.Attempt));
        Assert.Null(report.Result);
    }

    [Fact]
    public async Task The_http_sink_posts_the_result_unless_told_otherwise()
    {
        using var bench = Bench();
        var report = await bench.RunAsync("""
            {"tool": {"kind": "transform", "result": {"a": [1, "x"]}}, "sink": {"tool": "http", "url": "URL/bad/echo", "params": {"run_key": "RUNKEY"}}}
            """);
        Assert.Null(report.Error);
        Assert.Equal("/bad/echo?run_key=" + bench.RunKey, Assert.Single(await bench.RequestsAsync()));
        var refused = await bench.RunAsync("""{"tool": {"kind": "noop"}, "sink": {"tool": "http", "url": "URL/bad/status/503", "data": {"b": 1}}}""");
        Assert.Equal((WorkErrorKind.Sink, 503, true), (refused.Error!.Kind, refused.Error.Status, refused.Error.Retryable));
    }

    private TaskBench Bench()
    {
        var bench = new TaskBench(sample.Url, new QuickTimeProvider());
        bench.Secrets["RESULTS_DB"] = postgres.ConnectionString;
        bench.Secrets["PAGINATED_API_URL"] = sample.Url;
        return bench;
    }

    private const string Scenario = """
        {"tool": {"kind": "http", "method": "GET", "url": "{{ workload.server_url }}{{ endpoint.path }}", "headers": {"X-Run-Key": "RUNKEY"},
           "params": {"page": 1, "pageSize": "{{ endpoint.page_size }}"}},
         "retry": {"on_error": {"max_attempts": 3, "initial_delay": 0.5, "backoff_multiplier": 2},
           "on_success": {"while": "{{ response.paging.hasMore == true }}", "max_attempts": 10,
             "next_call": {"params": {"page": "{{ (response.paging.page | int) + 1 }}"}}, "collect": {"strategy": "append", "path": "data", "into": "pages"}}},
         "sink": {"tool": "postgres", "auth": {"secret": "RESULTS_DB", "type": "postgres"}, "table": "scenario.results", "mode": "insert",
           "data": {"execution_id": "{{ execution_id }}", "endpoint_name": "{{ endpoint.name }}", "endpoint_path": "{{ endpoint.path }}",
             "page_size": "{{ endpoint.page_size }}", "result_count": "{{ result.data | length }}", "iteration_index": "{{ loop.index }}",
             "iteration_count": "{{ loop.length }}", "run": "RUNKEY"}}}
        """;
}
