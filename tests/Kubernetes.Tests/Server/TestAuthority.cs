using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PlaybookOperator.Kubernetes.Tests.Server;

/// <summary>A certificate authority that lasts for one test.</summary>
internal sealed class TestAuthority
{
    private static readonly DateTimeOffset Start = TimeProvider.System.GetUtcNow().AddDays(-1);

    public TestAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        // Valid for long in both directions, so that it can issue certificates that expired long ago.
        Certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(30), Start.AddYears(10));
    }

    public X509Certificate2 Certificate { get; }

    /// <summary>A certificate with its key for a host name or an address; valid now unless told otherwise.</summary>
    public X509Certificate2 Issue(string host, string subject = "CN=server", DateTimeOffset? from = null, DateTimeOffset? until = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address)) names.AddIpAddress(address);
        else names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        var serial = RandomNumberGenerator.GetBytes(8);
        using var bare = request.Create(Certificate, from ?? Start, until ?? Start.AddDays(30), serial);
        using var withKey = bare.CopyWithPrivateKey(key);
        // The TLS layer wants a key that lives outside this object.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), null);
    }
}
