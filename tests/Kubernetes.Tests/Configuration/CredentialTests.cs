using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Configuration;
using PlaybookOperator.Kubernetes.Metrics;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Tests.Client;
using PlaybookOperator.Kubernetes.Tests.Server;
using PlaybookOperator.Testing;
using Xunit;

namespace PlaybookOperator.Kubernetes.Tests.Configuration;

public sealed class CredentialTests : IDisposable
{
    private const string Version = "client.authentication.k8s.io/v1";
    private readonly ConfigFolder _folder = new();
    private readonly ManualTimeProvider _clock = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_token_file_is_read_again_after_a_minute_and_at_once_after_a_refusal()
    {
        var file = _folder.Write("token", "one");
        var source = new TokenFileCredential(file, _clock);
        Assert.Equal("one", await TokenAsync(source));
        File.WriteAllText(file, "two\n");
        Assert.Equal("one", await TokenAsync(source));
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal("two", await TokenAsync(source));
        File.WriteAllText(file, "three");
        Assert.Equal("three", await TokenAsync(source, renew: true));
        File.Delete(file);
        Assert.Equal("three", await TokenAsync(source, renew: true));
    }

    [Fact]
    public async Task An_expired_token_is_read_anew_and_the_request_sent_again()
    {
        var file = _folder.Write("token", "stale");
        await using var server = await ScriptedApiServer.StartAsync();
        const string path = "GET /apis/tests.dev/v1/namespaces/a/widgets/one";
        server.Next(path, async context =>
        {
            await File.WriteAllTextAsync(file, "fresh");
            await Answers.Status(401, "Unauthorized", "expired")(context);
        });
        var config = new KubeConfig { Server = server.Address, Origin = "test", Credential = new TokenFileCredential(file, TimeProvider.System) };
        using var metrics = new KubernetesMetrics();
        using var client = new ApiClient(config, ClientFixture.QuickRetries, TimeProvider.System, metrics);
        Assert.Null(await client.GetAsync(Widget.Type, new NamespacedName("a", "one"), default));
        Assert.Equal(["Bearer stale", "Bearer fresh"], server.Requests.Select(request => request.Headers.Authorization.ToString()));
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v1beta1")]
    public async Task A_plugin_is_run_once_until_its_token_expires(string version)
    {
        var expires = _clock.GetUtcNow().AddMinutes(10).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
        var apiVersion = $"client.authentication.k8s.io/{version}";
        var source = Plugin(apiVersion, $$"""
            echo run >> "$RUNS"
            n=$(wc -l < "$RUNS")
            case "$KUBERNETES_EXEC_INFO" in *'"apiVersion":"{{apiVersion}}"'*) ;; *) exit 9;; esac
            echo "{\"apiVersion\":\"{{apiVersion}}\",\"status\":{\"token\":\"t$n-$1\",\"expirationTimestamp\":\"{{expires}}\"} }"
            """);
        Assert.Equal("t1-arg", await TokenAsync(source));
        Assert.Equal("t1-arg", await TokenAsync(source));
        _clock.Advance(TimeSpan.FromMinutes(9.6));
        Assert.Equal("t2-arg", await TokenAsync(source));
        _clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("t3-arg", await TokenAsync(source, renew: true));
    }

    [Fact]
    public async Task A_token_refused_by_many_requests_is_renewed_once()
    {
        var source = Plugin(Version, $$"""
            echo run >> "$RUNS"
            echo "{\"apiVersion\":\"{{Version}}\",\"status\":{\"token\":\"t$(wc -l < "$RUNS")\"} }"
            """);
        await TokenAsync(source);
        _clock.Advance(TimeSpan.FromHours(5));
        var tokens = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => TokenAsync(source, renew: true)));
        Assert.All(tokens, token => Assert.Equal("t2", token));
    }

    [Theory]
    [InlineData("echo 'login expired' >&2; exit 3", "ended with exit code 3: login expired.")]
    [InlineData("echo not json", "printed something that is not an ExecCredential.")]
    [InlineData("echo '{\"apiVersion\":\"client.authentication.k8s.io/v1beta1\"}'", "answered with apiVersion client.authentication.k8s.io/v1beta1")]
    [InlineData("echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\"}'", "printed no status.")]
    [InlineData("echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{}}'", "printed neither a token nor a certificate.")]
    public async Task A_plugin_that_fails_is_one_sentence_that_names_the_field(string script, string expected)
    {
        var failure = await Assert.ThrowsAsync<KubeConfigException>(() => TokenAsync(Plugin(Version, script)));
        Assert.Contains("users[u].user.exec.command: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_that_is_not_installed_gives_its_hint()
    {
        var config = KubeConfig.Load(ConfigFolder.Sources(_folder.Kubeconfig(user:
            $$"""{"exec":{"apiVersion":"{{Version}}","command":"./absent","installHint":"get it from the shop"} }""")), _clock);
        var failure = await Assert.ThrowsAsync<KubeConfigException>(() => TokenAsync(config.Credential));
        Assert.Contains("cannot be started", failure.Message, StringComparison.Ordinal);
        Assert.Contains("(get it from the shop)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_whose_credential_cannot_be_had_fails_as_unauthorized()
    {
        using var metrics = new KubernetesMetrics();
        var config = new KubeConfig
        {
            Server = new Uri("http://127.0.0.1:1"),
            Origin = "test",
            Credential = Plugin(Version, "echo 'login expired' >&2; exit 3"),
        };
        using var client = new ApiClient(config, ClientFixture.QuickRetries, TimeProvider.System, metrics);
        var failure = await Assert.ThrowsAsync<ApiUnauthorizedException>(() => client.GetAsync(Widget.Type, new NamespacedName("a", "one"), default));
        Assert.Contains("login expired", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<string?> TokenAsync(ICredentialSource source, bool renew = false) =>
        (await source.GetAsync(renew, default).AsTask().Soon()).Token;

    private ICredentialSource Plugin(string version, string script)
    {
        var file = _folder.Write("plugin", $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var runs = Path.Combine(_folder.Path, "runs");
        return KubeConfig.Load(ConfigFolder.Sources(_folder.Kubeconfig(user: $$"""
            {"exec":{"apiVersion":"{{version}}","command":"./plugin","args":["arg"],"env":[{"name":"RUNS","value":"{{runs}}"}]} }
            """)), _clock).Credential;
    }
}
