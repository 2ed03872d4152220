using System.Security.Cryptography.X509Certificates;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Configuration;
using PlaybookOperator.Kubernetes.Metrics;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Tests.Server;
using Xunit;

namespace PlaybookOperator.Kubernetes.Tests.Client;

public sealed class TlsTests
{
    private static readonly NamespacedName One = new("a", "one");
    private readonly TestAuthority _authority = new("the cluster's own");

    [Fact]
    public async Task A_server_vouched_for_by_the_configured_authority_is_trusted()
    {
        Assert.Null(await AskAsync(_authority.Issue("127.0.0.1"), new X509Certificate2Collection(_authority.Certificate)));
    }

    [Fact]
    public async Task An_unknown_authority_is_one_sentence()
    {
        var stranger = new TestAuthority("another");
        var failure = await FailAsync(_authority.Issue("127.0.0.1"), new X509Certificate2Collection(stranger.Certificate));
        Assert.EndsWith(" is signed by an authority that the configuration does not name.", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.IsTransient);
    }

    [Fact]
    public async Task An_authority_that_the_machine_does_not_know_is_one_sentence()
    {
        var failure = await FailAsync(_authority.Issue("127.0.0.1"), null);
        Assert.EndsWith(" is signed by an authority that the configuration does not name.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_for_another_host_names_both()
    {
        var failure = await FailAsync(_authority.Issue("kubernetes.default.svc"), new X509Certificate2Collection(_authority.Certificate));
        Assert.EndsWith(" is for kubernetes.default.svc, not for 127.0.0.1.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_certificate_hints_at_the_clock()
    {
        var past = DateTimeOffset.UnixEpoch.AddYears(40);
        var failure = await FailAsync(
            _authority.Issue("127.0.0.1", from: past, until: past.AddDays(1)), new X509Certificate2Collection(_authority.Certificate));
        Assert.Contains("has expired or is not valid yet", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_name_to_expect_may_differ_from_the_address()
    {
        await using var server = await ScriptedApiServer.StartAsync(_authority.Issue("kubernetes.default.svc"));
        var config = new KubeConfig
        {
            Server = server.Address,
            Origin = "test",
            Authorities = new X509Certificate2Collection(_authority.Certificate),
            TlsServerName = "kubernetes.default.svc",
        };
        Assert.Null(await AskAsync(config));
    }

    [Fact]
    public async Task Checking_can_be_switched_off()
    {
        await using var server = await ScriptedApiServer.StartAsync(_authority.Issue("elsewhere"));
        Assert.Null(await AskAsync(new KubeConfig { Server = server.Address, Origin = "test", SkipTlsVerify = true }));
    }

    [Fact]
    public async Task A_server_that_speaks_no_tls_is_told()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        var address = new UriBuilder(server.Address) { Scheme = "https" }.Uri;
        var failure = await Assert.ThrowsAsync<ApiCertificateException>(() => AskAsync(new KubeConfig { Server = address, Origin = "test" }));
        Assert.StartsWith("No secure connection to https://127.0.0.1", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<ApiCertificateException> FailAsync(
        X509Certificate2 certificate, X509Certificate2Collection? authorities) =>
        await Assert.ThrowsAsync<ApiCertificateException>(() => AskAsync(certificate, authorities)).Soon();

    private static async Task<Widget?> AskAsync(X509Certificate2 certificate, X509Certificate2Collection? authorities)
    {
        await using var server = await ScriptedApiServer.StartAsync(certificate);
        return await AskAsync(new KubeConfig { Server = server.Address, Origin = "test", Authorities = authorities });
    }

    private static async Task<Widget?> AskAsync(KubeConfig config)
    {
        using var metrics = new KubernetesMetrics();
        using var client = new ApiClient(config, ClientFixture.QuickRetries with { MaxAttempts = 1 }, TimeProvider.System, metrics);
        return await client.GetAsync(Widget.Type, One, default).Soon();
    }
}
