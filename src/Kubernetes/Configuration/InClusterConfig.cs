using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PlaybookOperator.Kubernetes.Configuration;

/// <summary>The configuration that the kubelet puts into each pod: a token that is renewed in place, an authority, a namespace.</summary>
internal static class InClusterConfig
{
    public static KubeConfig Read(KubeConfigSources sources, TimeProvider time)
    {
        var folder = sources.ServiceAccountDirectory;
        var token = Path.Combine(folder, "token");
        if (!File.Exists(token))
        {
            throw new KubeConfigException(
                $"KUBERNETES_SERVICE_HOST is set, but {token} does not exist: does the pod mount a service account token?");
        }

        var port = sources.ServicePort is { Length: > 0 } given ? given : "443";
        var host = sources.ServiceHost!.Contains(':', StringComparison.Ordinal) ? $"[{sources.ServiceHost}]" : sources.ServiceHost;
        if (!Uri.TryCreate($"https://{host}:{port}", UriKind.Absolute, out var server))
            throw new KubeConfigException($"KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT do not form an address: {host}:{port}.");
        return new KubeConfig
        {
            Server = server,
            Origin = folder,
            Namespace = ReadNamespace(Path.Combine(folder, "namespace")),
            Authorities = ReadAuthorities(Path.Combine(folder, "ca.crt")),
            Credential = new TokenFileCredential(token, time),
        };
    }

    private static string ReadNamespace(string file)
    {
        var text = File.Exists(file) ? RegularFile.ReadText(file, KubeConfigFile.MaxBytes).Trim() : "";
        return text.Length == 0 ? "default" : text;
    }

    private static X509Certificate2Collection? ReadAuthorities(string file)
    {
        if (!File.Exists(file)) return null;
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (CryptographicException exception)
        {
            throw new KubeConfigException($"{file} holds no certificate in PEM form.", exception);
        }

        return authorities;
    }
}
