using PlaybookOperator.Core.Work;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Running;

/// <summary>Pages that are not all, or not what the playbook takes them for, are told.</summary>
public sealed class PageLimitTests(SampleFixture sample)
{
    [Fact]
    public async Task Pages_beyond_the_limit_are_told_in_the_result_and_as_a_warning()
    {
        var report = await RunAsync("""{"while": "response.paging.hasMore", "max_attempts": 2, "collect": {"path": "data"}}""");
        Assert.Null(report.Error);
        Assert.Equal("""{"pages":2,"strategy":"append","truncated":true}""", report.Result!.Value.GetProperty("meta").GetRawText());
        Assert.Equal(["There are more pages than max_attempts = 2: the result is not all."], report.WarningTexts);
        Assert.Equal(1, report.Warnings);
    }

    [Fact]
    public async Task Pages_that_end_at_the_limit_are_all()
    {
        var report = await RunAsync("""{"while": "response.paging.hasMore", "max_attempts": 4, "on_limit": "fail", "collect": {"path": "data"}}""");
        Assert.Null(report.Error);
        Assert.Null(report.WarningTexts);
        Assert.Equal("""{"pages":4,"strategy":"append"}""", report.Result!.Value.GetProperty("meta").GetRawText());
    }

    [Fact]
    public async Task Pages_beyond_the_limit_fail_the_call_where_on_limit_says_so_and_no_sink_is_written()
    {
        var report = await RunAsync(
            """{"while": "response.paging.hasMore", "max_attempts": 2, "on_limit": "fail"}""", """, "sink": {"tool": "http", "url": "URL/bad/status/500"}""");
        Assert.Equal((WorkOutcome.Failed, WorkErrorKind.TooManyPages, 1), (report.Outcome, report.Error!.Kind, report.Attempt));
        Assert.Equal("retry.on_success: while still asks for a page after max_attempts = 2 pages, and on_limit is fail.", report.Error.Message);
    }

    [Fact]
    public async Task A_path_that_is_on_no_page_is_told()
    {
        var report = await RunAsync("""{"while": "response.paging.hasMore", "collect": {"path": "datta"}}""");
        Assert.Null(report.Error);
        Assert.Equal(["collect.path datta is on none of the 4 pages: the last one is a map with data, paging."], report.WarningTexts);
    }

    [Theory]
    [InlineData("""{"while": "response.more", "collect": {"path": "items"}}""", "collect.path items")]
    [InlineData("""{"while": "response.more"}""", "response.more")]
    [InlineData("""{"while": "page < 2", "next_call": {"params": {"c": "{{ response.cursor }}"}}}""", "response.cursor")]
    public async Task Pages_of_text_of_which_members_are_asked_fail_rather_than_be_none(string pages, string asked)
    {
        var report = await RunAsync(pages, url: "URL/bad/untyped-json");
        Assert.Equal(WorkErrorKind.InvalidResponse, report.Error?.Kind);
        Assert.Contains($"The page is text, as its Content-Type says (text/plain), so that {asked} is nowhere in it", report.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_of_text_that_are_taken_as_text_are_collected()
    {
        var report = await RunAsync("""{"while": "response.startswith('plain') and response.size > 3 and page < 3"}""", url: "URL/bad/text");
        Assert.Equal("""["plain text","plain text","plain text"]""", report.Result!.Value.GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task A_page_that_was_moved_to_keeps_what_its_url_encodes()
    {
        var report = await RunAsync(
            """{"while": "page < 2", "next_call": {"url": "URL/bad/echo?c=a%2Bb%20%22%C3%A9%22&d=%25"}, "collect": {"strategy": "replace", "path": "query"}}""", url: "URL/bad/echo");
        Assert.Equal("""{"c":["a+b \"é\""],"d":["%"],"page":["1"]}""", report.Result!.Value.GetProperty("data").GetRawText());
    }

    private async Task<WorkReport> RunAsync(string pages, string more = "", string url = "URL/api/v1/assessments")
    {
        using var bench = new TaskBench(sample.Url);
        var task = """{"tool": {"kind": "http", "url": "ADDRESS", "params": {"page": 1}}, "retry": {"on_success": PAGES}MORE}"""
            .Replace("ADDRESS", url, StringComparison.Ordinal).Replace("PAGES", pages, StringComparison.Ordinal).Replace("MORE", more, StringComparison.Ordinal);
        return await bench.RunAsync(task);
    }
}
