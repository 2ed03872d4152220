using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Http;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Http;

/// <summary>What bytes mean, on their way in and out.</summary>
public sealed class HttpContentTests(SampleFixture sample)
{
    [Theory]
    [InlineData("windows-1252", "windows-1252", "Zürich;5 €;“q”")]
    [InlineData("cp1252", "windows-1252", "Zürich;5 €;“q”")]
    [InlineData("iso-8859-15", "iso-8859-15", "Zürich;5 €")]
    [InlineData("ISO8859-15", "iso-8859-15", "Zürich;5 €")]
    [InlineData("latin1", "iso-8859-1", "Zürich")]
    [InlineData("gbk", "gbk", "\u82cf\u9ece\u4e16")]
    [InlineData("shift_jis", "shift_jis", "\u65e5\u672c\u8a9e")]
    [InlineData("koi8-r", "koi8-r", "\u041c\u043e\u0441\u043a\u0432\u0430")]
    [InlineData("\"UTF8\"", "utf-8", "Zürich")]
    [InlineData("utf-16", "utf-16", "Zürich")]
    public async Task A_body_is_read_in_the_charset_that_its_content_type_names(string charset, string encoding, string text)
    {
        var bytes = Encode(encoding, text);
        Assert.Equal(text, (await DataAsync(bytes, $"text/csv; charset={charset}")).GetString());
        var json = Encode(encoding, $$"""{"city":"{{text}}"}""");
        Assert.Equal(text, (await DataAsync(json, $"application/json; charset={charset}")).GetProperty("city").GetString());
    }

    [Theory]
    [InlineData("utf-8", "application/json")]
    [InlineData("utf-16", "application/json")]
    [InlineData("utf-16BE", "application/json; charset=utf-8")]
    [InlineData("utf-32", "application/json")]
    [InlineData("utf-8", "application/json; charset=iso-8859-1")]
    public async Task A_byte_order_mark_counts_more_than_the_charset(string encoding, string contentType)
    {
        var marked = Encoding.GetEncoding(encoding);
        Assert.Equal("é", (await DataAsync([.. marked.GetPreamble(), .. marked.GetBytes("""{"a":"é"}""")], contentType)).GetProperty("a").GetString());
        Assert.Equal("é", (await DataAsync([.. marked.GetPreamble(), .. marked.GetBytes("é")], contentType.Replace("application/json", "text/plain", StringComparison.Ordinal))).GetString());
    }

    [Theory]
    [InlineData("text/csv; charset=x-klingon", "x-klingon")]
    [InlineData("application/json; charset=utf-7", "utf-7")]
    public async Task A_charset_that_is_not_known_is_an_error_that_names_it(string contentType, string name)
    {
        var report = await AnswerAsync("[1]"u8, contentType);
        Assert.Equal(WorkErrorKind.InvalidResponse, report.Error?.Kind);
        Assert.Contains($"in the charset {name}, which is not known here.", report.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_that_is_not_in_its_charset_is_an_error_of_the_answer()
    {
        var report = await AnswerAsync([.. "{\"a\":\""u8, 0xFC, .. "\"}"u8], "application/json");
        Assert.Equal(WorkErrorKind.InvalidResponse, report.Error?.Kind);
        Assert.Contains("claims to be JSON in utf-8 and is not", report.Error!.Message, StringComparison.Ordinal);
        Assert.Contains("Its Content-Type should name its charset", report.Error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json;")]
    [InlineData("application/json; charset=utf-8;")]
    [InlineData("Application/JSON;charset=\"utf-8\"; version=1")]
    [InlineData("application/json, application/json")]
    [InlineData("application/problem+json; charset=utf-8")]
    [InlineData("text/json")]
    [InlineData("application/vnd.api+json; ext=\"a;b,c\"")]
    [InlineData(null)]
    public async Task Every_content_type_of_json_is_parsed_and_so_is_json_without_one(string? contentType) =>
        Assert.Equal("[1]", (await DataAsync("[1]"u8, contentType)).GetRawText());

    [Theory]
    [InlineData("text/plain")]
    [InlineData("text/javascript")]
    [InlineData("application/octet-stream")]
    [InlineData("application/x-ndjson")]
    public async Task What_claims_to_be_another_type_stays_text(string contentType) => Assert.Equal("[1]", (await DataAsync("[1]"u8, contentType)).GetString());

    [Theory]
    [InlineData("image/png")]
    [InlineData("application/octet-stream")]
    [InlineData("text/csv")]
    [InlineData(null)]
    public async Task A_body_that_is_no_text_comes_as_base64_and_can_be_sent_as_the_bytes_that_it_was(string? contentType)
    {
        var bytes = Enumerable.Range(0, 256).Select(value => (byte)value).ToArray();
        var report = await AnswerAsync(bytes, contentType);
        Assert.Null(report.Error);
        Assert.Equal(Convert.ToBase64String(bytes), report.Result!.Value.GetProperty("data").GetString());
        Assert.Equal("base64", report.Result.Value.GetProperty("encoding").GetString());
        using var bench = new TaskBench(sample.Url) { Variables = $$"""{"a": {{report.Result.Value.GetRawText()}}}""" };
        var sent = await bench.RunAsync("""
            {"tool": {"kind": "http", "method": "POST", "url": "URL/bad/echo", "headers": {"Content-Type": "image/png"}, "body": "{{ a.data }}", "encoding": "{{ a.encoding }}"}}
            """);
        Assert.Equal(Convert.ToBase64String(bytes), sent.Result!.Value.GetProperty("data").GetProperty("bytes").GetString());
    }

    [Fact]
    public async Task A_text_has_no_encoding_and_an_image_of_ascii_has() => Assert.Equal(
        (false, true),
        ((await AnswerAsync("a"u8, "text/plain")).Result!.Value.TryGetProperty("encoding", out _), (await AnswerAsync("a"u8, "image/gif")).Result!.Value.TryGetProperty("encoding", out _)));

    [Theory]
    [InlineData("text/csv; charset=iso-8859-1", "\"Zürich\"", "Wvxyaw==", 6)]
    [InlineData("text/csv; charset=windows-1252", "\"€\"", "gA==", 1)]
    [InlineData("text/csv", "\"Zürich\"", null, 7)]
    [InlineData("application/json; charset=iso-8859-1", """{"a": "ü"}""", null, 9)]
    public async Task A_body_is_sent_in_the_charset_that_its_content_type_names(string contentType, string body, string? bytes, int length)
    {
        var sent = (await EchoAsync(contentType, body)).GetProperty("bytes").GetString()!;
        Assert.Equal(length, Convert.FromBase64String(sent).Length);
        if (bytes is not null && length == 1) Assert.Equal(bytes, sent);
    }

    [Theory]
    [InlineData("text/csv; charset=iso-8859-1", "\"5 €\"", "tool.body: has a character that iso-8859-1")]
    [InlineData("text/csv; charset=x-klingon", "\"a\"", "tool.headers.Content-Type: names the charset \"x-klingon\"")]
    [InlineData("multipart/form-data", """{"a": 1}""", "tool.headers.Content-Type: multipart/form-data needs a boundary")]
    [InlineData("multipart/mixed", "\"--x\"", "tool.headers.Content-Type: multipart/mixed needs a boundary")]
    [InlineData("image/png", "\"iVBORw0KGgo=\"", "tool.body: is text, and headers.Content-Type is image/png")]
    [InlineData("multipart/form-data; boundary=x", """{"a": 1}""", "tool.body: must be the text of the parts")]
    public async Task A_body_that_cannot_be_what_its_content_type_says_is_refused(string contentType, string body, string message)
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync(Post(contentType, body));
        Assert.Equal(WorkErrorKind.Configuration, report.Error?.Kind);
        Assert.StartsWith(message, report.Error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", """{"scope": ["read", "write"], "none": null, "a": "1 2", "b": true}""", "scope=read&scope=write&a=1%202&b=true")]
    [InlineData("application/x-www-form-urlencoded; charset=utf-8", """{"a": []}""", "")]
    [InlineData("multipart/form-data; boundary=\"x y\"", "\"--x y--\"", "--x y--")]
    public async Task A_form_repeats_lists_and_leaves_null_out_as_params_do(string contentType, string body, string sent) =>
        Assert.Equal(sent, (await EchoAsync(contentType, body)).GetProperty("body").GetString());

    [Theory]
    [InlineData("HEAD", "&length=50000000", "50000000")]
    [InlineData("GET", "&status=304&length=50000000", "50000000")]
    public async Task An_answer_without_a_body_may_tell_of_one_of_any_length(string method, string query, string length)
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync($$"""{"tool": {"kind": "http", "method": "{{method}}", "url": "URL/bad/answer?h=ETag:x{{query}}"} }""");
        Assert.Null(report.Error);
        Assert.Equal((length, JsonValueKind.Null), (report.Result!.Value.GetProperty("headers").GetProperty("content-length").GetString(), report.Result.Value.GetProperty("data").ValueKind));
    }

    [Theory]
    [InlineData("Content-Type", "application/json")]
    [InlineData("Content-Language", "de")]
    [InlineData("Content-Encoding", "identity")]
    [InlineData("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT")]
    [InlineData("Expires", "0")]
    [InlineData("Allow", "GET")]
    [InlineData("Host", "other.example")]
    [InlineData("If-None-Match", "W/odd")]
    [InlineData("Range", "lines=1-2")]
    [InlineData("Date", "yesterday")]
    [InlineData("Accept", "nonsense")]
    [InlineData("User-Agent", "(odd")]
    [InlineData("Cookie", "a=1; b=2")]
    [InlineData("Referer", "not a url")]
    [InlineData("X-A", "")]
    public async Task A_header_of_a_get_goes_out_as_it_is_given(string name, string value)
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync($$"""{"tool": {"kind": "http", "url": "URL/bad/echo", "headers": {"{{name}}": "{{value}}"} } }""");
        Assert.Null(report.Error);
        Assert.Equal(value, report.Result!.Value.GetProperty("data").GetProperty("headers").GetProperty(name.ToLowerInvariant())[0].GetString());
    }

    [Theory]
    [InlineData("""{"headers": {"Transfer-Encoding": "chunked"}}""", "tool.headers.Transfer-Encoding: is about the connection")]
    [InlineData("""{"headers": {"te": "trailers"}}""", "tool.headers.te: is about the connection")]
    [InlineData("""{"headers": {"Upgrade": "h2c"}}""", "tool.headers.Upgrade: is about the connection")]
    [InlineData("""{"headers": {"Content-Length": 5}, "method": "POST", "body": "abc"}""", "tool.headers.Content-Length: is 5, and the body has 3 bytes")]
    [InlineData("""{"method": "CONNECT"}""", "tool.method: must be an HTTP method")]
    [InlineData("""{"method": "POST", "body": "abc!", "encoding": "base64"}""", "tool.body: must be text in base64")]
    [InlineData("""{"method": "POST", "body": {"a": 1}, "encoding": "base64"}""", "tool.body: must be text in base64")]
    [InlineData("""{"method": "POST", "body": "abc", "encoding": "gzip"}""", "tool.encoding: must be base64")]
    public async Task What_could_not_go_out_as_it_is_given_is_refused_with_the_field(string settings, string message)
    {
        using var bench = new TaskBench(sample.Url) { Variables = $$"""{"s": {{settings}}}""" };
        var report = await bench.RunAsync("""
            {"tool": {"kind": "http", "url": "URL/bad/echo", "method": "{{ s.method | default('GET') }}", "headers": "{{ s.headers | default({}) }}",
             "body": "{{ s.body | default(none) }}", "encoding": "{{ s.encoding | default(none) }}"}}
            """);
        Assert.Equal(WorkErrorKind.Configuration, report.Error?.Kind);
        Assert.StartsWith(message, report.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_length_of_a_body_may_be_given_when_it_is_right()
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync("""{"tool": {"kind": "http", "method": "POST", "url": "URL/bad/echo", "headers": {"Content-Length": 3}, "body": "abc"}}""");
        Assert.Equal("abc", report.Result!.Value.GetProperty("data").GetProperty("body").GetString());
    }

    [Theory]
    [InlineData("http://xn--0.example/")]
    [InlineData("http://127.0.0.1:1/%00")]
    [InlineData("http://exa%6Dple.invalid/")]
    public async Task An_odd_url_fails_with_a_sentence_of_its_own(string url)
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync($$"""{"tool": {"kind": "http", "url": "{{url}}", "timeout": 5} }""");
        Assert.NotNull(report.Error);
        Assert.NotEqual(WorkErrorKind.Internal, report.Error.Kind);
    }

    private static byte[] Encode(string encoding, string text)
    {
        var found = Charsets.Find(encoding)!;
        return [.. encoding == "utf-16" ? found.GetPreamble() : [], .. found.GetBytes(text)];
    }

    private static string Post(string contentType, string body) =>
        $$"""{"tool": {"kind": "http", "method": "POST", "url": "URL/bad/echo", "headers": {"Content-Type": {{JsonSerializer.Serialize(contentType)}} }, "body": {{body}} } }""";

    private async Task<JsonElement> EchoAsync(string contentType, string body)
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync(Post(contentType, body));
        Assert.Null(report.Error);
        return report.Result!.Value.GetProperty("data");
    }

    private async Task<JsonElement> DataAsync(ReadOnlyMemory<byte> bytes, string? contentType)
    {
        var report = await AnswerAsync(bytes, contentType);
        Assert.Null(report.Error);
        return report.Result!.Value.GetProperty("data");
    }

    private Task<JsonElement> DataAsync(ReadOnlySpan<byte> bytes, string? contentType) => DataAsync(bytes.ToArray().AsMemory(), contentType);

    private Task<WorkReport> AnswerAsync(ReadOnlySpan<byte> bytes, string? contentType) => AnswerAsync(bytes.ToArray().AsMemory(), contentType);

    private async Task<WorkReport> AnswerAsync(ReadOnlyMemory<byte> bytes, string? contentType)
    {
        using var bench = new TaskBench(sample.Url);
        var type = contentType is null ? "" : $"&h=Content-Type:{Uri.EscapeDataString(contentType)}";
        return await bench.RunAsync($$"""{"tool": {"kind": "http", "url": "URL/bad/answer?base64={{Uri.EscapeDataString(Convert.ToBase64String(bytes.Span))}}{{type}}"} }""");
    }
}
