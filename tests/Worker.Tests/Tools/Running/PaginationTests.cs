using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Running;

public sealed class PaginationTests(SampleFixture sample)
{
    private const string NextPage = """{"params": {"page": "{{ (response.paging.page | int) + 1 }}"}}""";

    [Fact]
    public async Task A1_pages_by_number_are_followed_to_the_end()
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync(Task("assessments", pageSize: 10));
        var ids = Ids(report);
        Assert.Equal(Enumerable.Range(1, 35), ids);
        Assert.Equal(4, (await bench.RequestsAsync()).Count);
        Assert.Equal("""{"pages":4,"strategy":"append"}""", report.Result!.Value.GetProperty("meta").GetRawText());
        Assert.Equal(200, report.Result.Value.GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task A2_cursors_are_followed_in_order()
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync("""
            {"tool": {"kind": "http", "url": "URL/api/v1/events", "headers": {"X-Run-Key": "RUNKEY"}, "params": {"limit": 10}},
             "retry": {"on_success": {"while": "{{ response.next_cursor }}", "next_call": {"params": {"cursor": "{{ response.next_cursor }}"}},
                       "collect": {"path": "events"}}}}
            """);
        Assert.Equal(Enumerable.Range(1, 35), Ids(report));
        Assert.Equal(4, (await bench.RequestsAsync()).Count);
    }

    [Fact]
    public async Task A3_offsets_count_up_by_the_limit()
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync("""
            {"tool": {"kind": "http", "url": "URL/api/v1/users", "headers": {"X-Run-Key": "RUNKEY"}, "params": {"offset": 0, "limit": 10}},
             "retry": {"on_success": {"while": "{{ response.has_more }}", "collect": {"path": "users"}}}}
            """);
        Assert.Equal(Enumerable.Range(1, 35), Ids(report));
        Assert.Equal([0, 10, 20, 30], (await bench.RequestsAsync()).Select(request => QueryNumber(request, "offset")));
    }

    [Fact]
    public async Task A4_the_page_limit_counts_the_first_page_and_is_no_error()
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync(Task("assessments", 10, maxAttempts: 2));
        Assert.Equal(WorkOutcome.Completed, report.Outcome);
        Assert.Equal(20, Ids(report).Count);
        Assert.Equal(2, (await bench.RequestsAsync()).Count);
    }

    [Fact]
    public async Task A5_A6_a_page_that_fails_is_retried_with_the_same_parameters()
    {
        var time = new QuickTimeProvider();
        using var bench = new TaskBench(sample.Url, time) { Random = 0 };
        var report = await bench.RunAsync(Flaky("""{"max_attempts": 3, "initial_delay": 0.5, "backoff_multiplier": 2}"""));
        Assert.Equal(35, Ids(report).Count);
        var requests = await bench.RequestsAsync();
        Assert.Equal(5, requests.Count);
        Assert.All(requests, request => Assert.Contains("fail_on=2", request, StringComparison.Ordinal));
        var note = Assert.Single(report.Notes);
        Assert.Equal((EventType.CallRetry, 1, 2, 500, 250.0), (note.Type, note.Attempt, note.Page, note.Error!.Status, note.DelayMs));
        Assert.Equal(TimeSpan.FromSeconds(0.25), Assert.Single(time.Waits));
        Assert.Equal(2, report.Attempt);
    }

    [Fact]
    public async Task A7_without_on_error_a_failing_page_ends_it()
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync(Flaky("null"));
        Assert.Equal(WorkOutcome.Failed, report.Outcome);
        Assert.Equal((WorkErrorKind.Http, 500), (report.Error!.Kind, report.Error.Status));
        Assert.Equal(2, (await bench.RequestsAsync()).Count);
        Assert.Null(report.Result);
    }

    [Fact]
    public async Task A8_a_single_short_page_is_collected_too()
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync(Task("assessments", pageSize: 50));
        Assert.Equal(35, Ids(report).Count);
        Assert.Single(await bench.RequestsAsync());
    }

    [Fact]
    public async Task A9_replace_keeps_the_last_page_only()
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync(Task("assessments", 10, strategy: "replace"));
        Assert.Equal([31, 32, 33, 34, 35], Ids(report));
    }

    [Fact]
    public async Task A10_merge_lays_maps_over_each_other()
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync(Task("assessments", 10, strategy: "merge", path: "paging"));
        Assert.Equal("""{"hasMore":false,"page":4,"pageSize":10,"total":35}""", report.Result!.Value.GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Merging_what_is_no_map_says_so()
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync(Task("assessments", 10, strategy: "merge"));
        Assert.Equal(WorkErrorKind.Configuration, report.Error!.Kind);
        Assert.Contains("merge needs a map at data", report.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A11_an_error_in_while_stops_after_the_page_and_is_counted()
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync(Task("assessments", 10, condition: "{{ response.missing.more == true }}"));
        Assert.Equal(WorkOutcome.Completed, report.Outcome);
        Assert.Equal(10, Ids(report).Count);
        Assert.True(report.Warnings > 0);
    }

    [Fact]
    public async Task A12_data_inside_data_is_not_unwrapped()
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync("""{"tool": {"kind": "http", "url": "URL/bad/nested"}}""");
        Assert.Equal("""{"data":{"data":[1,2],"status":418},"status_code":7}""", report.Result!.Value.GetProperty("data").GetRawText());
        Assert.Equal(200, report.Result.Value.GetProperty("status_code").GetInt32());
    }

    [Fact]
    public async Task A14_of_heavy_pages_only_the_collected_part_is_kept()
    {
        using var bench = new TaskBench(sample.Url) { MaxResultBytes = 2000 };
        var report = await bench.RunAsync("""
            {"tool": {"kind": "http", "url": "URL/heavy", "headers": {"X-Run-Key": "RUNKEY"}, "params": {"page": 1, "pageSize": 5, "total": 15, "payload_kb": 50}},
             "retry": {"on_success": {"while": "{{ response.paging.hasMore }}", "collect": {"path": "paging.page"}}}}
            """);
        Assert.Equal("[1,2,3]", report.Result!.Value.GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Collecting_more_than_the_limit_fails_early()
    {
        using var bench = new TaskBench(sample.Url) { MaxResultBytes = 1000 };
        var report = await bench.RunAsync(Task("assessments", 10));
        Assert.Equal(WorkErrorKind.ResultTooLarge, report.Error!.Kind);
        Assert.Equal(3, (await bench.RequestsAsync()).Count);
    }

    [Fact]
    public async Task A_next_link_replaces_the_parameters_that_it_carries_itself()
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync("""
            {"tool": {"kind": "http", "url": "URL/reference-chain/items", "params": {"offset": 0, "limit": 200, "run_key": "RUNKEY"}},
             "retry": {"on_success": {"while": "{{ response.next }}", "next_call": {"url": "{{ response.next }}"}, "collect": {"path": "items"}}}}
            """);
        Assert.Equal(382, Ids(report).Count);
        Assert.Equal(2, (await bench.RequestsAsync()).Count);
    }

    [Fact]
    public async Task A_link_header_is_followed_by_a_template()
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync("""
            {"tool": {"kind": "http", "url": "URL/api/v1/assessments", "params": {"page": 1, "pageSize": 15, "run_key": "RUNKEY"}},
             "retry": {"on_success": {"while": "links.next", "next_call": {"url": "{{ links.next.url }}"}, "collect": {"path": "data"}}}}
            """);
        Assert.Equal(35, Ids(report).Count);
        Assert.Equal(3, (await bench.RequestsAsync()).Count);
    }

    [Fact]
    public async Task Headers_are_merged_member_by_member_and_a_body_replaces_the_former_one()
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync("""
            {"tool": {"kind": "http", "method": "POST", "url": "URL/bad/echo", "headers": {"X-A": "1", "X-B": "1"}, "body": {"a": 1, "b": 1}},
             "retry": {"on_success": {"while": "{{ page < 2 }}", "next_call": {"headers": {"x-b": "2"}, "body": {"b": 2}}, "collect": {"strategy": "replace"}}}}
            """);
        Assert.Null(report.Error);
        var echo = report.Result!.Value.GetProperty("data").GetRawText();
        Assert.Contains("\"x-a\":[\"1\"]", echo, StringComparison.Ordinal);
        Assert.Contains("\"x-b\":[\"2\"]", echo, StringComparison.Ordinal);
        Assert.DoesNotContain("\\\"a\\\":", echo, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_do_not_follow_a_link_to_another_origin()
    {
        using var bench = new TaskBench(sample.Url);
        bench.Secrets["TOKEN"] = "token-value";
        var report = await bench.RunAsync("""
            {"tool": {"kind": "http", "url": "URL/api/v1/assessments", "auth": "TOKEN"},
             "retry": {"on_success": {"while": "true", "next_call": {"url": "http://elsewhere.invalid/steal"}}}}
            """);
        Assert.Equal(WorkErrorKind.Configuration, report.Error!.Kind);
        Assert.Contains("elsewhere.invalid", report.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_next_call_and_anything_to_count_the_second_page_is_refused()
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync("""
            {"tool": {"kind": "http", "url": "URL/api/v1/assessments"}, "retry": {"on_success": {"while": "true"}}}
            """);
        Assert.Equal(WorkErrorKind.Configuration, report.Error!.Kind);
        Assert.Contains("next_call", report.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task B6_page_state_of_one_run_does_not_reach_the_next()
    {
        using var bench = new TaskBench(sample.Url);
        await bench.RunAsync(Task("assessments", 10));
        var report = await bench.RunAsync(Task("users", 15));
        Assert.Equal(35, Ids(report).Count);
        Assert.Equal([1, 2, 3, 4, 1, 2, 3], (await bench.RequestsAsync()).Select(request => QueryNumber(request, "page")));
    }

    private static string Task(
        string name, int pageSize, string strategy = "append", string path = "data", int maxAttempts = 10, string condition = "{{ response.paging.hasMore == true }}") => $$$"""
        {"tool": {"kind": "http", "url": "URL/api/v1/{{{name}}}", "headers": {"X-Run-Key": "RUNKEY"}, "params": {"page": 1, "pageSize": {{{pageSize}}} }},
         "retry": {"on_success": {"while": "{{{condition}}}", "max_attempts": {{{maxAttempts}}}, "next_call": {{{NextPage}}},
                   "collect": {"strategy": "{{{strategy}}}", "path": "{{{path}}}", "into": "pages"} } } }
        """;

    private static string Flaky(string onError) => $$$"""
        {"tool": {"kind": "http", "url": "URL/api/v1/flaky", "headers": {"X-Run-Key": "RUNKEY"}, "params": {"page": 1, "fail_on": 2} },
         "retry": {"on_error": {{{onError}}}, "on_success": {"while": "{{ response.paging.hasMore }}", "max_attempts": 10, "next_call": {{{NextPage}}}, "collect": {"path": "data"} } } }
        """;

    private static List<int> Ids(WorkReport report)
    {
        Assert.Null(report.Error);
        return [.. report.Result!.Value.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("id").GetInt32())];
    }

    private static int QueryNumber(string request, string name) =>
        int.Parse(System.Web.HttpUtility.ParseQueryString(request[request.IndexOf('?', StringComparison.Ordinal)..])[name]!);
}
