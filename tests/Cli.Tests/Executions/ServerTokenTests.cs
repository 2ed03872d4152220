using PlaybookOperator.Testing;

namespace PlaybookOperator.Cli.Tests.Executions;

/// <summary>The token for an operator's API, and a password in its URL, are in no message, whatever answers there.</summary>
public sealed class ServerTokenTests
{
    [Theory]
    [InlineData(401, "application/problem+json")]
    [InlineData(500, "application/problem+json")]
    [InlineData(200, "text/plain")]
    [InlineData(503, "text/plain")]
    public async Task A_server_that_repeats_the_request_is_not_quoted_with_the_token(int status, string type)
    {
        await using var server = new EchoServer(head => EchoServer.Answer(
            status, $$"""{"detail": "refused: {{head.Split("\r\n").First(line => line.StartsWith("Authorization", StringComparison.Ordinal))}}"}""", $"Content-Type: {type}"));
        var outcome = await PlaybookCommand.RunAsync("list", "--server", $"http://us3r:passw0rd@127.0.0.1:{server.Port}", "--token", "t0ken-of-a-user");
        Assert.NotEqual(0, outcome.ExitCode);
        foreach (var part in (string[])["t0ken", "us3r", "passw0rd"]) Assert.DoesNotContain(part, outcome.ToString(), StringComparison.Ordinal);
        if (type != "text/plain") Assert.Contains("refused: Authorization: Bearer ***", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_is_named_without_the_password_of_its_URL()
    {
        var outcome = await PlaybookCommand.RunAsync("list", "--server", "http://us3r:passw0rd@127.0.0.1:1", "--token", "t0ken-of-a-user");
        Assert.Contains("http://127.0.0.1:1/ cannot be reached", outcome.Errors, StringComparison.Ordinal);
        foreach (var part in (string[])["t0ken", "us3r", "passw0rd"]) Assert.DoesNotContain(part, outcome.ToString(), StringComparison.Ordinal);
    }
}
