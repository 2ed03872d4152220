using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PlaybookOperator.Kubernetes.Configuration;

/// <summary>Reads kubeconfig files: the context in use, its cluster and its user.</summary>
internal static class KubeConfigReader
{
    /// <summary>As kubectl merges: of two entries with one name the first wins, and so does the first current context.</summary>
    public static KubeConfig Read(IReadOnlyList<string> paths, KubeConfigSources sources, TimeProvider time)
    {
        var files = paths.Select(path => KubeConfigFile.Open(path, sources.ParseYaml)).ToList();
        var contextName = sources.Context is { Length: > 0 } chosen
            ? chosen
            : files.Select(file => file.CurrentContext).FirstOrDefault(name => name is { Length: > 0 })
                ?? throw new KubeConfigException($"{Name(files)} has no current-context.");
        var context = Find(files, "contexts", "context", contextName, "current-context");
        var cluster = Find(files, "clusters", "cluster", context.Required("cluster"), context.At("cluster"));
        var user = context.Text("user") is { Length: > 0 } userName
            ? Find(files, "users", "user", userName, context.At("user"))
            : null;
        return new KubeConfig
        {
            Server = ReadServer(cluster),
            Origin = $"{context.File.Path} (context {contextName})",
            Namespace = context.Text("namespace") is { Length: > 0 } name ? name : "default",
            Authorities = ReadAuthorities(cluster),
            SkipTlsVerify = cluster.Flag("insecure-skip-tls-verify"),
            TlsServerName = cluster.Text("tls-server-name"),
            Credential = user is null ? StaticCredential.None : CredentialReader.Read(user, cluster, time),
        };
    }

    private static KubeConfigSection Find(List<KubeConfigFile> files, string list, string member, string name, string namedBy)
    {
        foreach (var file in files)
        {
            if (file.Find(list, member, name) is { } found) return found;
        }

        throw new KubeConfigException($"{Name(files)}: {namedBy} names \"{name}\", which {list} does not hold.");
    }

    private static string Name(List<KubeConfigFile> files) => string.Join(", ", files.Select(file => file.Path));

    private static Uri ReadServer(KubeConfigSection cluster)
    {
        var text = cluster.Required("server");
        if (Uri.TryCreate(text, UriKind.Absolute, out var server) && server.Scheme is "https" or "http") return server!;
        throw new KubeConfigException($"{cluster.At("server")} is not an http or https address: {text}.");
    }

    private static X509Certificate2Collection? ReadAuthorities(KubeConfigSection cluster)
    {
        if (cluster.Material("certificate-authority") is not { } pem) return null;
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(pem);
        }
        catch (CryptographicException exception)
        {
            throw new KubeConfigException($"{cluster.At("certificate-authority")} holds no certificate in PEM form.", exception);
        }

        if (authorities.Count > 0) return authorities;
        throw new KubeConfigException($"{cluster.At("certificate-authority")} holds no certificate in PEM form.");
    }
}
