using System.Security.Cryptography.X509Certificates;

namespace PlaybookOperator.Kubernetes.Configuration;

/// <summary>
/// A token that somebody else renews in a file: read again every minute, and at once after a refusal. While the file is being
/// replaced the last token serves on.
/// </summary>
internal sealed class TokenFileCredential(string file, TimeProvider time) : ICredentialSource
{
    private static readonly TimeSpan ReadEvery = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private Credential? _current;
    private long _readAt;

    public bool IsRenewable => true;

    public X509Certificate2? CurrentCertificate => null;

    public ValueTask<Credential> GetAsync(bool renew, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (renew || _current is null || time.GetElapsedTime(_readAt) >= ReadEvery)
            {
                _current = Read() ?? _current ?? throw new KubeConfigException($"The token file {file} is missing or empty.");
                _readAt = time.GetTimestamp();
            }

            return ValueTask.FromResult(_current);
        }
    }

    private Credential? Read()
    {
        try
        {
            var token = RegularFile.ReadText(file, KubeConfigFile.MaxBytes).Trim();
            return token.Length == 0 ? null : new Credential(token, null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
