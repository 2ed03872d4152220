using PlaybookOperator.Core.Work;
using PlaybookOperator.Testing;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Http;

/// <summary>A URL that is a secret, or holds one, stands in clear in nothing that leaves, in whichever form the tool or the server has it.</summary>
public sealed class SecretUrlTests
{
    private static readonly string[] s_telling = ["s3cret", "t0ken", "LocalHost", "localhost", "us3r", "T0/B0"];

    [Theory]
    [InlineData("HTTP://LocalHost:PORT/T0/x/../B0/s3cret/", "{{ secret.HOOK }}", "***")]
    [InlineData("HTTP://LocalHost:PORT/T0/B0", "{{ secret.HOOK }}/./y/../items", "***/./y/../items")]
    [InlineData("http://us3r:t0ken@LocalHost:PORT/T0/B0", "{{ secret.HOOK }}", "***")]
    [InlineData("http://LocalHost:PORT/T0/B0#s3cret", "{{ secret.HOOK }}", "***")]
    [InlineData("http://LocalHost:PORT/T0/B0?key=t0ken", "{{ secret.HOOK }}&page=2", "***")]
    [InlineData("  http://LocalHost:PORT/T0/B0/s3cret  ", "{{ secret.HOOK }}", "***")]
    [InlineData("http://LocalHost:PORT/T0/B0/s3cret%7e", "{{ secret.HOOK }}/x", "***/x")]
    [InlineData("LocalHost:PORT", "http://{{ secret.HOOK }}/x", "http://***/x")]
    [InlineData("us3r:t0ken", "http://{{ secret.HOOK }}@127.0.0.1:PORT/x", "http://127.0.0.1:PORT/x")]
    public async Task The_url_of_a_result_and_of_an_error_is_the_one_that_was_written_masked(string secret, string url, string shown)
    {
        foreach (var status in (int[])[200, 500])
        {
            // All that a server can say of the request: the path as it came, the address as it sees it, and links.
            await using var server = new EchoServer(head => EchoServer.Answer(
                status, $"you asked for http://{Host(head)}{head.Split(' ')[1]}", $"Link: <http://{Host(head)}{head.Split(' ')[1]}?page=2>; rel=\"next\"", $"Location: http://{Host(head)}/next"));
            var report = await RunAsync(secret, url, server.Port, followRedirects: false);
            Assert.Equal(status == 200 ? WorkOutcome.Completed : WorkOutcome.Failed, report.Outcome);
            AssertClean(report);
            var expected = shown.Replace("PORT", $"{server.Port}", StringComparison.Ordinal);
            if (status == 200) Assert.Equal(expected, report.Result!.Value.GetProperty("url").GetString());
            else Assert.StartsWith($"GET {expected} answered 500", report.Error!.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/elsewhere", "***/elsewhere")]
    [InlineData("http://LOCALHOST:PORT/elsewhere?x=1", "***/elsewhere")]
    [InlineData("http://127.0.0.1:PORT/elsewhere?x=1", "http://127.0.0.1:PORT/elsewhere")]
    public async Task Where_a_redirect_of_a_secret_URL_leads_is_masked_too(string location, string shown)
    {
        var port = 0;
        await using var server = new EchoServer(head => head.Contains("elsewhere", StringComparison.Ordinal)
            ? EchoServer.Answer(200, "there")
            : EchoServer.Answer(302, "", $"Location: {location.Replace("PORT", $"{port}", StringComparison.Ordinal)}"));
        port = server.Port;
        var report = await RunAsync("http://localhost:PORT/T0/B0/s3cret", "{{ secret.HOOK }}", port, followRedirects: true);
        Assert.Equal((shown.Replace("PORT", $"{port}", StringComparison.Ordinal), "there"), (report.Result!.Value.GetProperty("url").GetString(), report.Result.Value.GetProperty("data").GetString()));
        AssertClean(report);
    }

    [Fact]
    public async Task Where_a_redirect_of_a_secret_host_leads_is_not_shown()
    {
        await using var server = new EchoServer(head => head.Contains("elsewhere", StringComparison.Ordinal) ? EchoServer.Answer(200, "there") : EchoServer.Answer(302, "", "Location: /elsewhere"));
        var report = await RunAsync("loCalhost", "http://{{ secret.HOOK }}:PORT/x", server.Port, followRedirects: true);
        Assert.DoesNotContain("localhost", report.Result!.Value.GetProperty("url").GetString(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("http://s3cret.invalid:1/x", "{{ secret.HOOK }}")]
    [InlineData("s3cret", "http://{{ secret.HOOK }}.invalid:1/x")]
    [InlineData("http://LocalHost:1/s3cret", "{{ secret.HOOK }}")]
    [InlineData("s3cret://no.such.scheme/", "{{ secret.HOOK }}")]
    [InlineData("http://s3cret:t0ken/", "{{ secret.HOOK }}")]
    public async Task What_cannot_be_reached_or_read_is_not_named(string secret, string url) => AssertClean(await RunAsync(secret, url, 1, followRedirects: false));

    [Fact]
    public async Task An_error_holds_no_credential_that_was_sent_though_it_comes_from_no_secret()
    {
        await using var server = new EchoServer(head => EchoServer.Answer(500, System.Text.Json.JsonSerializer.Serialize(head.Split("\r\n").Where(line => line.Contains("t0ken", StringComparison.Ordinal))), "Content-Type: application/json"));
        using var bench = new TaskBench($"http://127.0.0.1:{server.Port}");
        bench.Variables = """{"token": "t0ken-of-a-login<&>"}""";
        var report = await bench.RunAsync("""
            {"tool": {"kind": "http", "url": "URL/x", "headers": {"Authorization": "Bearer {{ token }}", "Cookie": "{{ token }}", "X-Other": "seen"}},
             "retry": {"when": "true", "max_attempts": 2, "initial_delay": 0}}
            """);
        Assert.Contains("Authorization: Bearer ***", report.Error!.Message, StringComparison.Ordinal);
        foreach (var message in (string[])[report.Error.Message, Assert.Single(report.Notes).Error!.Message])
            Assert.DoesNotContain("t0ken", message, StringComparison.Ordinal);
    }

    private static async Task<WorkReport> RunAsync(string secret, string url, int port, bool followRedirects)
    {
        using var bench = new TaskBench($"http://127.0.0.1:{port}");
        bench.Secrets["HOOK"] = secret.Replace("PORT", $"{port}", StringComparison.Ordinal);
        return await bench.RunAsync($$"""
            {"tool": {"kind": "http", "url": "{{url.Replace("PORT", $"{port}", StringComparison.Ordinal)}}", "followRedirects": {{(followRedirects ? "true" : "false")}}} }
            """);
    }

    private static string Host(string head) => head.Split("\r\n").First(line => line.StartsWith("Host: ", StringComparison.OrdinalIgnoreCase))["Host: ".Length..];

    private static void AssertClean(WorkReport report)
    {
        var text = System.Text.Json.JsonSerializer.Serialize(report, WorkJson.Default.WorkReport);
        foreach (var part in s_telling) Assert.False(text.Contains(part, StringComparison.Ordinal), $"{part} in {text}");
    }
}
