using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace PlaybookOperator.Kubernetes.Configuration;

/// <summary>
/// Credentials printed by a plugin, kept until they expire (for ever when they bear no date) or are refused. Only one run of the
/// plugin is under way at a time.
/// </summary>
internal sealed class ExecCredential(ExecPlugin plugin, TimeProvider time) : ICredentialSource, IDisposable
{
    // Renewed a little early, so that a request under way does not arrive with a stale token.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MinLife = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _oneRun = new(1, 1);
    private volatile Credential? _current;
    private DateTimeOffset _useUntil = DateTimeOffset.MaxValue;
    private DateTimeOffset _renewedAt = DateTimeOffset.MinValue;

    public bool IsRenewable => true;

    public X509Certificate2? CurrentCertificate => _current?.Certificate;

    public async ValueTask<Credential> GetAsync(bool renew, CancellationToken cancellationToken)
    {
        await _oneRun.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            // Many requests may be refused at once; the first of them renews for all.
            var justRenewed = now - _renewedAt < MinLife;
            if (_current is { } known && now < _useUntil && (!renew || justRenewed)) return known;
            return await RenewAsync(cancellationToken);
        }
        finally
        {
            _oneRun.Release();
        }
    }

    public void Dispose() => _oneRun.Dispose();

    private async Task<Credential> RenewAsync(CancellationToken cancellationToken)
    {
        var output = await plugin.RunAsync(time, cancellationToken);
        var now = time.GetUtcNow();
        var (credential, expires) = Parse(output);
        _useUntil = expires is null ? DateTimeOffset.MaxValue : Later(expires.Value - Margin, now + MinLife);
        _renewedAt = now;
        _current = credential;
        return credential;
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private (Credential Credential, DateTimeOffset? Expires) Parse(string output)
    {
        try
        {
            using var document = JsonDocument.Parse(output);
            var root = document.RootElement;
            var version = KubeConfigSection.TextOf(root, "apiVersion");
            if (version != plugin.ApiVersion) throw Unusable($"answered with apiVersion {version ?? "none"}, not {plugin.ApiVersion}");
            if (!root.TryGetProperty("status", out var status)) throw Unusable("printed no status");
            var credential = new Credential(KubeConfigSection.TextOf(status, "token"), Certificate(status));
            if (credential is { Token: null or "", Certificate: null }) throw Unusable("printed neither a token nor a certificate");
            var expires = status.TryGetProperty("expirationTimestamp", out var at) && at.ValueKind == JsonValueKind.String
                ? at.GetDateTimeOffset()
                : (DateTimeOffset?)null;
            return (credential, expires);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            // The output may hold a token: it is not quoted.
            throw new KubeConfigException($"{plugin.Place}: {plugin.Command} printed something that is not an ExecCredential.");
        }
    }

    private X509Certificate2? Certificate(JsonElement status)
    {
        if (KubeConfigSection.TextOf(status, "clientCertificateData") is not { Length: > 0 } certificate) return null;
        if (KubeConfigSection.TextOf(status, "clientKeyData") is not { Length: > 0 } key)
            throw Unusable("printed a certificate without a key");
        return CredentialReader.ParseCertificate(certificate, key, plugin.Place);
    }

    private KubeConfigException Unusable(string what) => new($"{plugin.Place}: {plugin.Command} {what}.");
}
