using PlaybookOperator.Testing;
using PlaybookOperator.Tools.Secrets;
using PlaybookOperator.Worker;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Worker;

/// <summary>Neither the projected token nor the session is in the log of a worker, whatever answers it.</summary>
public sealed class TokenTests : IDisposable
{
    private readonly StringWriter _log = new();
    private readonly string _tokenFile = Path.GetTempFileName();

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(409)]
    [InlineData(500)]
    public async Task An_answer_that_repeats_the_request_is_not_logged_with_the_token(int status)
    {
        await File.WriteAllTextAsync(_tokenFile, "t0ken-of-the-pod");
        var sessions = 0;
        // Claims are refused with the session in the reason; a session is given once, and then refused with the token.
        await using var server = new EchoServer(head =>
        {
            var isSession = head.StartsWith("POST /worker/v1/session ", StringComparison.Ordinal);
            if (isSession && sessions++ == 0) return EchoServer.Answer(200, """{"session": "t0ken-of-the-session", "expires_at": "2099-01-01T00:00:00Z"}""", "Content-Type: application/json");
            var sent = isSession ? "t0ken-of-the-pod" : head.Split("\r\n").First(line => line.StartsWith("Authorization", StringComparison.Ordinal));
            return EchoServer.Answer(status, $$"""{"title": "no", "detail": "{{new string('x', 280)}} {{sent}}"}""", "Content-Type: application/problem+json");
        });
        var time = new QuickTimeProvider();
        var options = new WorkerOptions { ApiUrl = new Uri($"http://127.0.0.1:{server.Port}"), TokenFile = _tokenFile, ReportWindow = TimeSpan.FromSeconds(20) };
        using var client = new OperatorClient(options.ApiUrl);
        var log = new WorkerLog(_log, time);
        var calls = new PersistentCalls(client, options, time, () => 0.5, log);
        await calls.ClaimAsync(TestContext.Current.CancellationToken);
        log.GaveUp("claim", (await calls.ClaimAsync(TestContext.Current.CancellationToken)).Refusal!);
        Assert.Contains("xxx ", _log.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("t0ken", _log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_that_is_too_short_to_be_masked_is_found_by_its_name()
    {
        var folder = Directory.CreateTempSubdirectory("playbook-secrets-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "PIN"), "123\n");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "TOKEN"), "1234");
        Assert.Equal(["PIN"], await new MountedSecrets(folder.FullName).TooShortAsync(CancellationToken.None));
        folder.Delete(recursive: true);
        Assert.Empty(await new MountedSecrets(folder.FullName).TooShortAsync(CancellationToken.None));
    }

    public void Dispose()
    {
        File.Delete(_tokenFile);
        _log.Dispose();
    }
}
