using System.Text.Json;
using PlaybookOperator.Core.Work;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Http;

public sealed class HttpToolTests(SampleFixture sample)
{
    [Fact]
    public async Task The_result_has_status_headers_url_and_parsed_body()
    {
        var result = await CompleteAsync("""{"url": "URL/detail/3?key=hidden"}""");
        Assert.Equal(["status_code", "headers", "url", "data"], result.EnumerateObject().Select(member => member.Name));
        Assert.Equal($"{sample.Url}/detail/3", result.GetProperty("url").GetString());
        Assert.Equal("Item 3", result.GetProperty("data").GetProperty("name").GetString());
        Assert.StartsWith("application/json", result.GetProperty("headers").GetProperty("content-type").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parameters_are_merged_into_the_query_and_lists_repeat()
    {
        var echo = await EchoAsync("""{"url": "URL/bad/echo?a=1&b=2", "params": {"b": [3, true], "c": "x y&z=ä", "d": null}}""");
        Assert.Equal("""{"a":["1"],"b":["3","true"],"c":["x y&z=ä"]}""", echo.GetProperty("query").GetRawText());
    }

    [Theory]
    [InlineData("""{"a": [1, null]}""", "application/json", "{\"a\":[1,null]}")]
    [InlineData("[1, 2]", "application/json", "[1,2]")]
    [InlineData("\"plain\"", "text/plain; charset=utf-8", "plain")]
    [InlineData("5", "application/json", "5")]
    public async Task A_text_is_sent_as_it_is_and_anything_else_as_json(string body, string contentType, string sent)
    {
        var echo = await EchoAsync($$"""{"url": "URL/bad/echo", "method": "post", "body": {{body}}}""");
        Assert.Equal("POST", echo.GetProperty("method").GetString());
        Assert.Equal(contentType, echo.GetProperty("headers").GetProperty("content-type")[0].GetString());
        Assert.Equal(sent, echo.GetProperty("body").GetString());
    }

    [Fact]
    public async Task A_form_is_encoded_when_the_content_type_asks_for_it()
    {
        var echo = await EchoAsync("""{"url": "URL/bad/echo", "method": "POST", "headers": {"content-type": "application/x-www-form-urlencoded"}, "body": {"a": "1 2", "b": true}}""");
        Assert.Equal("a=1%202&b=true", echo.GetProperty("body").GetString());
    }

    [Theory]
    [InlineData("\"TOKEN\"", "authorization", "Bearer user:pass-word")]
    [InlineData("""{"secret": "TOKEN", "type": "bearer"}""", "authorization", "Bearer user:pass-word")]
    [InlineData("""{"secret": "TOKEN", "type": "basic"}""", "authorization", "Basic dXNlcjpwYXNzLXdvcmQ=")]
    [InlineData("""{"secret": "TOKEN", "type": "header", "header": "X-Api-Key"}""", "x-api-key", "user:pass-word")]
    public async Task Credentials_travel_in_their_header_and_are_masked_on_the_way_back(string auth, string header, string value)
    {
        using var bench = new TaskBench(sample.Url);
        bench.Secrets["TOKEN"] = "user:pass-word";
        // The first answer shows in its condition, inside the worker, what was really sent; only then is a second page asked for.
        var task = $$$"""
            {"tool": {"kind": "http", "url": "URL/bad/echo", "auth": {{{auth}}} },
             "retry": {"on_success": {"while": "{{ response.headers['{{{header}}}'][0] == '{{{value}}}' and page < 2 }}", "next_call": {"params": {"again": 1} }, "collect": {"path": "headers"} } } }
            """;
        var report = await bench.RunAsync(task);
        Assert.Equal(2, report.Result!.Value.GetProperty("meta").GetProperty("pages").GetInt32());
        Assert.Contains("***", report.Result.Value.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(value.Split(' ')[^1], report.Result.Value.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"url": "/relative"}""", "tool.url")]
    [InlineData("""{"url": "ftp://host/file"}""", "tool.url")]
    [InlineData("""{"url": ""}""", "tool.url")]
    [InlineData("""{"url": "http://"}""", "tool.url")]
    [InlineData("""{"url": "URL/x", "method": "G ET"}""", "tool.method")]
    [InlineData("""{"url": "URL/x", "timeout": "soon"}""", "tool.timeout")]
    [InlineData("""{"url": "URL/x", "timeout": 0}""", "tool.timeout")]
    [InlineData("""{"url": "URL/x", "maxResponseBytes": -1}""", "tool.maxResponseBytes")]
    [InlineData("""{"url": "URL/x", "headers": {"X-A": "a\r\nX-B: b"}}""", "tool.headers.X-A")]
    [InlineData("""{"url": "URL/x", "headers": {"a b": "c"}}""", "tool.headers.a b")]
    [InlineData("""{"url": "URL/x", "headers": [1]}""", "tool.headers")]
    [InlineData("""{"url": "URL/x", "params": "a=1"}""", "tool.params")]
    [InlineData("""{"url": "URL/x", "auth": {"type": "bearer"}}""", "tool.auth")]
    [InlineData("""{"url": "URL/x", "followRedirects": "perhaps"}""", "tool.followRedirects")]
    public async Task Wrong_settings_name_their_field(string tool, string field)
    {
        var error = await FailAsync(tool);
        Assert.Equal(WorkErrorKind.Configuration, error.Kind);
        Assert.StartsWith($"{field}: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_secret_is_named()
    {
        var error = await FailAsync("""{"url": "URL/bad/echo", "auth": "NOT_THERE"}""");
        Assert.Equal(WorkErrorKind.Secret, error.Kind);
        Assert.Contains("NOT_THERE", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_status_of_400_or_more_fails_with_the_status_and_the_start_of_the_body()
    {
        var error = await FailAsync("""{"url": "URL/detail/999"}""");
        Assert.Equal((WorkErrorKind.Http, 404, false), (error.Kind, error.Status, error.Retryable));
        Assert.Contains("No such item", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("truncated", WorkErrorKind.Network, true)]
    [InlineData("not-json", WorkErrorKind.InvalidResponse, false)]
    [InlineData("cut-json", WorkErrorKind.InvalidResponse, false)]
    [InlineData("endless", WorkErrorKind.ResponseTooLarge, false)]
    [InlineData("big-headers", WorkErrorKind.InvalidResponse, false)]
    [InlineData("gzip?size_kb=200000", WorkErrorKind.ResponseTooLarge, false)]
    public async Task Misbehaving_servers_give_their_kind_of_error(string path, string kind, bool retryable)
    {
        var error = await FailAsync($$"""{"url": "URL/bad/{{path}}"}""");
        Assert.Equal((kind, retryable), (error.Kind, error.Retryable));
        Assert.Contains("/bad/", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("slow-headers")]
    [InlineData("slow-body?interval_ms=20")]
    public async Task The_timeout_covers_headers_and_body(string path)
    {
        var error = await FailAsync($$"""{"url": "URL/bad/{{path}}", "timeout": "300ms"}""");
        Assert.Equal((WorkErrorKind.Timeout, true), (error.Kind, error.Retryable));
        Assert.Contains("0.3 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_attempts_own_timeout_holds_where_the_tool_has_none()
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync("""{"timeout": "200ms", "tool": {"kind": "http", "url": "URL/bad/slow-headers"}}""");
        Assert.Equal((WorkErrorKind.Timeout, "The attempt took longer than 0.2 s."), (report.Error!.Kind, report.Error.Message));
    }

    [Fact]
    public async Task An_endless_body_costs_no_more_memory_than_its_limit()
    {
        await FailAsync("""{"url": "URL/bad/endless", "maxResponseBytes": 1000000}""");
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var error = await FailAsync("""{"url": "URL/bad/endless", "maxResponseBytes": 1000000}""");
        Assert.Equal(WorkErrorKind.ResponseTooLarge, error.Kind);
        // Server and client share this process; both together stay far below what would have come.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 64L << 20);
    }

    [Fact]
    public async Task A_redirect_is_a_result_unless_it_is_to_be_followed()
    {
        var seen = await CompleteAsync("""{"url": "URL/bad/redirect"}""");
        Assert.Equal(302, seen.GetProperty("status_code").GetInt32());
        var followed = await CompleteAsync("""{"url": "URL/bad/redirect", "followRedirects": true}""");
        Assert.Equal(200, followed.GetProperty("status_code").GetInt32());
        Assert.Equal($"{sample.Url}/api/v1/assessments", followed.GetProperty("url").GetString());
    }

    [Fact]
    public async Task A_redirect_to_itself_ends()
    {
        var error = await FailAsync("""{"url": "URL/bad/redirect-loop", "followRedirects": true}""");
        Assert.Equal((WorkErrorKind.Http, 302), (error.Kind, error.Status));
        Assert.Contains("more than 10 times", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("URL/bad/echo", true)]
    [InlineData("http://localhost:PORT/bad/echo", false)]
    public async Task Credentials_follow_a_redirect_within_their_origin_only(string target, bool follows)
    {
        using var bench = new TaskBench(sample.Url);
        bench.Secrets["TOKEN"] = "token-value";
        var to = Uri.EscapeDataString(target.Replace("URL", sample.Url, StringComparison.Ordinal).Replace("PORT", $"{new Uri(sample.Url).Port}", StringComparison.Ordinal));
        var report = await bench.RunAsync(
            "{\"tool\": {\"kind\": \"http\", \"followRedirects\": true, \"auth\": {\"secret\": \"TOKEN\", \"type\": \"header\", \"header\": \"X-Api-Key\"}, \"url\": \"URL/bad/redirect?to=" + to + "\"}}");
        Assert.Null(report.Error);
        Assert.Equal(follows, report.Result!.Value.GetProperty("data").GetProperty("headers").TryGetProperty("x-api-key", out _));
    }

    [Theory]
    [InlineData("text", "\"plain text\"")]
    [InlineData("untyped-json", "\"{\\\"data\\\": [1]}\"")]
    [InlineData("empty-json", "null")]
    [InlineData("latin1", """{"name":"Zo\u00EB"}""")]
    [InlineData("gzip?size_kb=0", """{"data":""}""")]
    public async Task The_body_is_json_when_the_content_type_says_so(string path, string data)
    {
        var result = await CompleteAsync($$"""{"url": "URL/bad/{{path}}"}""");
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(data), result.GetProperty("data")), result.GetProperty("data").GetRawText());
    }

    private async Task<JsonElement> CompleteAsync(string tool)
    {
        var report = await RunAsync(tool);
        Assert.Null(report.Error);
        return report.Result!.Value;
    }

    private async Task<JsonElement> EchoAsync(string tool) => (await CompleteAsync(tool)).GetProperty("data");

    private async Task<WorkError> FailAsync(string tool)
    {
        var report = await RunAsync(tool);
        Assert.Equal(WorkOutcome.Failed, report.Outcome);
        return report.Error!;
    }

    private async Task<WorkReport> RunAsync(string tool)
    {
        using var bench = new TaskBench(sample.Url);
        return await bench.RunAsync("{\"tool\": {\"kind\": \"http\", " + tool[1..] + "}");
    }
}
