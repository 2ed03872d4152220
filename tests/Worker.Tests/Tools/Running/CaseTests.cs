using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Worker.Tests.Tools.Postgres;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Running;

/// <summary>What a worker does about the case of a step, its loop's <c>until</c> and what the operator wants of the call.</summary>
public sealed class CaseTests(SampleFixture sample, PostgresFixture postgres)
{
    [Fact]
    public async Task An_iteration_is_tried_again_while_an_entry_asks_for_it()
    {
        using var bench = Bench();
        var report = await bench.RunAsync(Iteration(
            Errors("404", "&fail_times=2"), """[{"when": "event.name == 'call.error' and status_code == 404", "then": {"retry": {"max_attempts": 5, "initial_delay": 0}}}]"""));
        Assert.Equal((WorkOutcome.Completed, 3, 2), (report.Outcome, report.Attempt, report.Notes.Count(note => note.Type == EventType.CallRetry)));
    }

    [Fact]
    public async Task When_the_attempts_of_the_entry_are_used_up_its_other_actions_apply()
    {
        using var bench = Bench();
        var report = await bench.RunAsync(Iteration(
            Errors("404"), """[{"when": "event.name == 'call.error'", "then": [{"retry": {"max_attempts": 2, "initial_delay": 0}}, {"fail": "gave up after {{ attempt }}: {{ error.status }}"}]}]"""));
        Assert.Equal((WorkErrorKind.Fail, "gave up after 2: 404"), (report.Error!.Kind, report.Error.Message));
    }

    [Fact]
    public async Task The_retry_of_the_step_comes_before_the_case()
    {
        using var bench = Bench();
        var report = await bench.RunAsync(
            $$"""{"tool": {{Errors("503")}}, "retry": {"on_error": {"max_attempts": 3, "initial_delay": 0} }, "case_of_iteration": true, "case": [{"when": "event.name == 'call.error'", "then": {"result": "ATTEMPT"} }]}"""
                .Replace("ATTEMPT", "{{ attempt }}", StringComparison.Ordinal));
        Assert.Equal((WorkOutcome.Completed, "3"), (report.Outcome, report.Result?.GetRawText()));
    }

    [Theory]
    [InlineData("""{"fail": "too many: {{ result.data.data | length }}"}""", WorkOutcome.Failed, "too many: 10")]
    [InlineData("""{"result": "{{ response.data | length }}"}""", WorkOutcome.Completed, "10")]
    public async Task A_call_that_succeeded_may_fail_its_iteration_or_get_another_result(string then, WorkOutcome outcome, string told)
    {
        using var bench = Bench();
        var report = await bench.RunAsync(Iteration(
            """{"kind": "http", "url": "URL/api/v1/assessments"}""", $$"""[{"when": "false", "then": {"result": 0} }, {"when": "event.name == 'call.done' and status_code == 200", "then": {{then}} }]"""));
        Assert.Equal((outcome, told), (report.Outcome, report.Error?.Message ?? report.Result?.GetRawText()));
    }

    [Fact]
    public async Task Collect_gathers_over_attempts()
    {
        using var bench = Bench();
        var report = await bench.RunAsync(Iteration(
            """{"kind": "http", "url": "URL/api/v1/assessments", "params": {"page": "{{ attempt }}", "pageSize": 10}}""",
            """
            [{"when": "response.paging.hasMore", "then": {"collect": {"path": "data", "into": "rows"}, "retry": {"max_attempts": 10, "initial_delay": 0}}},
             {"else": {"collect": {"path": "data", "into": "rows"}, "result": "{{ rows | map(attribute='id') | list }}"}}]
            """));
        Assert.Equal(Enumerable.Range(1, 35), report.Result!.Value.EnumerateArray().Select(id => id.GetInt32()));
        Assert.Equal((4, 3), (report.Attempt, report.Notes.Count));
    }

    [Fact]
    public async Task What_was_collected_is_the_result_unless_another_is_set()
    {
        using var bench = Bench();
        var report = await bench.RunAsync(Iteration("""{"kind": "http", "url": "URL/api/v1/assessments"}""", """[{"else": {"collect": {"path": "paging.total"}}}]"""));
        Assert.Equal("""{"status":200,"data":[35],"meta":{"pages":1,"strategy":"append"}}""", report.Result!.Value.GetRawText());
    }

    [Fact]
    public async Task Outside_loops_the_sink_of_an_entry_follows_that_of_the_step_and_the_operator_is_told_the_entry()
    {
        using var bench = Bench();
        var report = await bench.RunAsync("""
            {"tool": {"kind": "transform", "result": {"n": 7}},
             "sink": {"tool": "postgres", "auth": "RESULTS_DB", "table": "shop.kinds", "data": {"tag": "RUNKEY", "t": "step", "i": "{{ result.n }}"}},
             "vars": {"double": "{{ result.n * 2 }}"},
             "case": [{"when": "result.n > 9", "then": {"next": "x"}},
               {"when": "vars.double == 14", "then": {"result": {"n": 8}, "sink": {"tool": "postgres", "auth": "RESULTS_DB", "table": "shop.kinds", "data": {"tag": "RUNKEY", "t": "case", "i": "{{ result.n }}"}}, "next": "y"}}]}
            """);
        Assert.Null(report.Error);
        Assert.Equal((1, """{"n":7}"""), (report.Case, report.Result!.Value.GetRawText()));
        Assert.Equal("step7 case7", await postgres.ReadAsync($"SELECT string_agg(t || i, ' ' ORDER BY id) FROM shop.kinds WHERE tag = '{bench.RunKey}'"));
    }

    [Fact]
    public async Task A_failing_sink_of_an_entry_fails_the_attempt()
    {
        using var bench = Bench();
        var report = await bench.RunAsync("""
            {"tool": {"kind": "transform", "result": 1}, "retry": {"on_error": {"max_attempts": 2, "initial_delay": 0, "when": "error.kind == 'Sink'"}},
             "case": [{"else": {"sink": {"tool": "http", "url": "URL/bad/status/500"}}}]}
            """);
        Assert.Equal((WorkOutcome.Failed, WorkErrorKind.Sink, 2), (report.Outcome, report.Error!.Kind, report.Attempt));
    }

    [Fact]
    public async Task The_operator_gets_of_the_response_what_its_templates_read_and_no_more()
    {
        using var bench = Bench();
        var failed = await bench.RunAsync($$"""{"tool": {{Errors("404")}}, "reports": ["status_code", "response"]}""");
        Assert.Equal(404, failed.Response!.Value.GetProperty("status_code").GetInt32());
        Assert.Equal(404, failed.Response.Value.GetProperty("response").GetProperty("status").GetInt32());
        Assert.False(failed.Response.Value.TryGetProperty("headers", out _));
        Assert.Null((await bench.RunAsync($$"""{"tool": {{Errors("404")}}}""")).Response);
        // Of a single call that succeeded all is in its result.
        Assert.Null((await bench.RunAsync("""{"tool": {"kind": "http", "url": "URL/api/v1/assessments"}, "reports": ["response"]}""")).Response);
    }

    [Theory]
    [InlineData("{{ result.data.paging.total == 35 }}", true)]
    [InlineData("{{ result.data.paging.total == 36 }}", false)]
    [InlineData("{{ result.absent.total > 1 }}", false)]
    public async Task Until_is_asked_after_success_and_told(string until, bool answer)
    {
        using var bench = Bench();
        var report = await bench.RunAsync($$"""{"tool": {"kind": "http", "url": "URL/api/v1/assessments"}, "until": "{{until}}"}""");
        Assert.Equal(answer, report.Until);
        Assert.Null((await bench.RunAsync($$"""{"tool": {{Errors("404")}}, "until": "true"}""")).Until);
    }

    [Fact]
    public async Task Numbers_of_a_result_are_told_in_the_order_of_their_names()
    {
        using var bench = Bench();
        var report = await bench.RunAsync("""
            {"tool": {"kind": "transform", "result": {"ms": 1.5, "text": "-2e3", "big": 12345678901234567890, "none": null}}, "keeps_result": false,
             "aggregate": {"text": "{{ result.text }}", "ms": "{{ result.ms * 2 }}", "absent": "{{ result.absent | default(none) }}", "none": "{{ result.none }}", "big": "{{ result.big }}", "one": 1}}
            """);
        Assert.Null(report.Error);
        Assert.Equal([null, 12345678901234567890.0, 3.0, null, 1.0, -2000.0], report.Numbers);
        Assert.Equal("null", report.Result!.Value.GetRawText());
    }

    [Theory]
    [InlineData("{{ result }}", "loop.aggregate.ms must give a number up to ±1e100, or null, not list.")]
    [InlineData("{{ 'fast' }}", "not string fast.")]
    [InlineData("{{ true }}", "not boolean true.")]
    [InlineData("{{ 10 ** 101 }}", "not integer 1000")]
    [InlineData("{{ 1 / 0 }}", "division by zero")]
    public async Task What_is_no_number_fails_the_iteration_and_is_not_tried_again(string template, string message)
    {
        using var bench = Bench();
        var report = await bench.RunAsync($$"""{"tool": {"kind": "transform", "result": []}, "retry": true, "aggregate": {"ms": "{{template}}"} }""");
        Assert.Equal((WorkOutcome.Failed, 1, WorkErrorKind.Template), (report.Outcome, report.Attempt, report.Error?.Kind));
        Assert.Contains(message, report.Error!.Message, StringComparison.Ordinal);
        Assert.Null(report.Numbers);
    }

    [Fact]
    public async Task A_value_that_is_not_collected_stays_in_the_worker()
    {
        using var bench = Bench();
        var report = await bench.RunAsync("""{"tool": {"kind": "transform", "result": [1, 2]}, "keeps_result": false, "until": "{{ result[1] == 2 }}"}""");
        Assert.Equal(("null", true), (report.Result!.Value.GetRawText(), report.Until));
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(5, false)]
    public async Task A_result_above_the_inline_limit_of_the_playbook_is_asked_to_be_kept_by_reference(long limit, bool byReference)
    {
        using var bench = Bench();
        bench.MaxInlineResultBytes = limit;
        Assert.Equal(byReference, (await bench.RunAsync("""{"tool": {"kind": "transform", "result": [1, 2]}}""")).ByReference);
    }

    private TaskBench Bench()
    {
        var bench = new TaskBench(sample.Url, new QuickTimeProvider());
        bench.Secrets["RESULTS_DB"] = postgres.ConnectionString;
        return bench;
    }

    private static string Iteration(string tool, string cases) => $$"""{"tool": {{tool}}, "case_of_iteration": true, "case": {{cases}}}""";

    private static string Errors(string status, string query = "") => $$"""{"kind": "http", "url": "URL/errors?error_type={{status}}&run_key=RUNKEY{{query}}"}""";
}
