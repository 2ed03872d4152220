using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using PlaybookOperator.Kubernetes.Configuration;

namespace PlaybookOperator.Kubernetes.Client;

/// <summary>Makes connections to the one server of a configuration, and says why when its certificate will not do.</summary>
internal static class ConnectionHandler
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    // Renewed now and then, so that a moved server address or a renewed client certificate takes effect.
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(10);

    public static SocketsHttpHandler Create(KubeConfig config, ApiClientOptions options) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = ConnectTimeout,
        PooledConnectionLifetime = ConnectionLife,
        MaxConnectionsPerServer = options.MaxConnections,
        ConnectCallback = ConnectAsync,
        SslOptions = new SslClientAuthenticationOptions
        {
            LocalCertificateSelectionCallback = (_, _, _, _, _) => config.Credential.CurrentCertificate!,
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Check(config, certificate, chain, errors),
        },
    };

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // A watch may be silent for minutes; a peer that vanished must still be noticed within one.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 20);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool Check(KubeConfig config, X509Certificate? presented, X509Chain? chain, SslPolicyErrors errors)
    {
        if (config.SkipTlsVerify) return true;
        var place = config.Server.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
        if (presented is not X509Certificate2 certificate)
            throw new CertificateRejectedException($"The API server {place} shows no certificate.");
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            var expected = config.TlsServerName ?? config.Server.Host;
            throw new CertificateRejectedException(
                $"The certificate of the API server {place} is for {Names(certificate)}, not for {expected}.");
        }

        if (config.Authorities is null)
        {
            if (errors == SslPolicyErrors.None) return true;
            throw Untrusted(place, chain);
        }

        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(config.Authorities);
        // Clusters' own authorities publish no revocation lists.
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (chain is not null)
        {
            foreach (var element in chain.ChainElements) own.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return own.Build(certificate) ? true : throw Untrusted(place, own);
    }

    private static CertificateRejectedException Untrusted(string place, X509Chain? chain)
    {
        var flags = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status)
            ?? X509ChainStatusFlags.PartialChain;
        var reason = flags.HasFlag(X509ChainStatusFlags.NotTimeValid)
            ? "has expired or is not valid yet (is the clock of this machine right?)"
            : flags.HasFlag(X509ChainStatusFlags.PartialChain) || flags.HasFlag(X509ChainStatusFlags.UntrustedRoot)
                ? "is signed by an authority that the configuration does not name"
                : $"cannot be trusted ({flags})";
        return new CertificateRejectedException($"The certificate of the API server {place} {reason}.");
    }

    private static string Names(X509Certificate2 certificate)
    {
        var extension = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        var names = extension is null
            ? []
            : extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())).ToList();
        if (names.Count == 0) return certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        return names.Count <= 5 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(5))} and {names.Count - 5} more names";
    }
}
