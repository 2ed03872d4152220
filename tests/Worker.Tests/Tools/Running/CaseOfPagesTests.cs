using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Running;

/// <summary>Whatever a case asks of a call with pages, it ends: its attempts are those of the call, not those of the last page.</summary>
public sealed class CaseOfPagesTests(SampleFixture sample)
{
    private const string Pages = """
        "tool": {"kind": "http", "url": "URL/api/v1/assessments", "headers": {"X-Run-Key": "RUNKEY"}, "params": {"page": 1}},
        "retry": {"on_success": {"while": "response.paging.hasMore", "collect": {"path": "data"}}}
        """;

    [Theory(Timeout = 60_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_case_that_is_never_content_with_the_pages_has_the_call_made_as_often_as_it_says(bool iteration)
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync(
            $$"""{{{Pages}}, "case_of_iteration": {{(iteration ? "true" : "false")}}, "case": [{"when": "event.name == 'call.done' and result.data | length < 100", "then": {"retry": {"max_attempts": 3, "initial_delay": 0} } }]}""",
            TestContext.Current.CancellationToken);
        Assert.Null(report.Error);
        Assert.Equal((WorkOutcome.Completed, 3, 35), (report.Outcome, report.Attempt, report.Result!.Value.GetProperty("data").GetArrayLength()));
        Assert.Equal([1, 2], report.Notes.Where(note => note.Type == EventType.CallRetry).Select(note => note.Attempt));
        Assert.Equal(12, (await bench.RequestsAsync()).Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_case_reads_which_attempt_of_the_call_it_is()
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync(
            $$"""{{{Pages}}, "case_of_iteration": true, "case": [{"when": "event.name == 'call.done' and attempt < 4", "then": {"retry": {"max_attempts": 100, "initial_delay": 0} } }, {"else": {"result": "ATTEMPT"} }]}"""
                .Replace("ATTEMPT", "{{ attempt }}", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
        Assert.Equal((null, "4"), (report.Error, report.Result?.GetRawText()));
        Assert.Equal(16, (await bench.RequestsAsync()).Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_failing_sink_of_an_entry_has_the_pages_fetched_again_as_often_as_the_retry_of_the_step_says()
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync(
            """
            {"tool": {"kind": "http", "url": "URL/api/v1/assessments", "headers": {"X-Run-Key": "RUNKEY"}, "params": {"page": 1}},
             "retry": {"on_error": {"max_attempts": 2, "initial_delay": 0, "when": "true"}, "on_success": {"while": "response.paging.hasMore", "collect": {"path": "data"}}},
             "case": [{"else": {"sink": {"tool": "http", "url": "URL/bad/status/500"}}}]}
            """,
            TestContext.Current.CancellationToken);
        Assert.Equal((WorkOutcome.Failed, WorkErrorKind.Sink, 2), (report.Outcome, report.Error!.Kind, report.Attempt));
        Assert.Equal(8, (await bench.RequestsAsync()).Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_page_that_fails_is_asked_for_again_as_often_as_the_entry_says_and_the_pages_before_it_are_not()
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync(
            """
            {"tool": {"kind": "http", "url": "URL/api/v1/flaky", "headers": {"X-Run-Key": "RUNKEY"}, "params": {"page": 1}},
             "retry": {"on_success": {"while": "true", "max_attempts": 2, "next_call": {"url": "URL/bad/status/404"}}},
             "case": [{"when": "event.name == 'call.error'", "then": {"retry": {"max_attempts": 3, "initial_delay": 0}}}]}
            """,
            TestContext.Current.CancellationToken);
        Assert.Equal((WorkOutcome.Failed, 404, 3), (report.Outcome, report.Error!.Status, report.Attempt));
        Assert.Equal(4, (await bench.RequestsAsync()).Count);
    }
}
