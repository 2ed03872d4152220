using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PlaybookOperator.Core.Work;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Http;

/// <summary>What is told of a connection that is not secure, and whether another attempt could help.</summary>
public sealed class SecureConnectionTests(SampleFixture sample)
{
    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_told_and_not_tried_again()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener);
        using var bench = new TaskBench(sample.Url, new QuickTimeProvider());
        var report = await bench.RunAsync($$"""{"tool": {"kind": "http", "url": "https://127.0.0.1:{{((IPEndPoint)listener.LocalEndpoint).Port}}/"}, "retry": true}""");
        Assert.Equal((WorkErrorKind.Network, false, 1), (report.Error!.Kind, report.Error.Retryable, report.Attempt));
        Assert.Contains("no secure connection: The remote certificate is invalid", report.Error.Message, StringComparison.Ordinal);
        await serving;
    }

    [Fact]
    public async Task A_server_that_speaks_no_tls_is_told()
    {
        using var bench = new TaskBench(sample.Url);
        var report = await bench.RunAsync($$"""{"tool": {"kind": "http", "url": "{{sample.Url.Replace("http:", "https:", StringComparison.Ordinal)}}/"} }""");
        Assert.Equal(WorkErrorKind.Network, report.Error!.Kind);
        Assert.Contains("no secure connection", report.Error.Message, StringComparison.Ordinal);
    }

    private static async Task ServeAsync(TcpListener listener)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=nobody", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await using var secure = new SslStream(client.GetStream());
        try
        {
            await secure.AuthenticateAsServerAsync(certificate);
            _ = await secure.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, TestContext.Current.CancellationToken);
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            // The client does not go on, as it should not.
        }
    }
}
