using System.Security.Cryptography.X509Certificates;

namespace PlaybookOperator.Kubernetes.Configuration;

/// <summary>As whom to speak: a bearer token, a client certificate with its key, both or neither.</summary>
internal sealed record Credential(string? Token, X509Certificate2? Certificate)
{
    public static Credential None { get; } = new(null, null);

    // The token is a secret; a record would print it.
    public override string ToString() => nameof(Credential);
}

/// <summary>Where credentials come from. Implementations are thread-safe and cache what they can.</summary>
internal interface ICredentialSource
{
    /// <summary>Whether asking anew may give another credential.</summary>
    bool IsRenewable { get; }

    /// <summary>The certificate for the handshake in progress, which cannot wait; null when there is none yet.</summary>
    X509Certificate2? CurrentCertificate { get; }

    /// <summary>The credential to use now. With <paramref name="renew"/> what is cached was refused and must not be used.</summary>
    ValueTask<Credential> GetAsync(bool renew, CancellationToken cancellationToken);
}

/// <summary>A credential that never changes.</summary>
internal sealed class StaticCredential(Credential credential) : ICredentialSource
{
    public static StaticCredential None { get; } = new(Credential.None);

    public bool IsRenewable => false;

    public X509Certificate2? CurrentCertificate => credential.Certificate;

    public ValueTask<Credential> GetAsync(bool renew, CancellationToken cancellationToken) => ValueTask.FromResult(credential);
}
