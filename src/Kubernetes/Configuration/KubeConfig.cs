using System.Security.Cryptography.X509Certificates;

namespace PlaybookOperator.Kubernetes.Configuration;

/// <summary>Which server to talk to, whom to trust and as whom: the outcome of reading a kubeconfig or a pod's own files.</summary>
public sealed class KubeConfig
{
    internal KubeConfig()
    {
    }

    public required Uri Server { get; init; }

    /// <summary>The context's namespace, or the pod's own; <c>default</c> when neither says.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>Where it was found, for a log line: a file with the context's name, or the pod's folder.</summary>
    public required string Origin { get; init; }

    /// <summary>Who may vouch for the server; null means the machine's own list.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>True when the server's certificate is not checked at all.</summary>
    public bool SkipTlsVerify { get; init; }

    /// <summary>The name that the server's certificate must bear when it differs from the address; null means the address.</summary>
    public string? TlsServerName { get; init; }

    internal ICredentialSource Credential { get; init; } = StaticCredential.None;

    /// <summary>
    /// Finds and reads the configuration. Nothing is contacted yet, and no plugin runs before the first request.
    /// </summary>
    /// <exception cref="KubeConfigException">Nothing was found, or what was found cannot be used.</exception>
    public static KubeConfig Load(KubeConfigSources sources, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(time);
        if (sources.ExplicitPath is { Length: > 0 } path) return KubeConfigReader.Read([path], sources, time);
        if (sources.KubeconfigVariable is { Length: > 0 } variable)
        {
            var files = variable.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var present = files.Where(File.Exists).ToList();
            if (present.Count == 0) throw new KubeConfigException($"KUBECONFIG names {variable}, but no such file exists.");
            return KubeConfigReader.Read(present, sources, time);
        }

        if (sources.ServiceHost is { Length: > 0 }) return InClusterConfig.Read(sources, time);
        var home = sources.HomeDirectory is { Length: > 0 } directory ? Path.Combine(directory, ".kube", "config") : null;
        if (home is not null && File.Exists(home)) return KubeConfigReader.Read([home], sources, time);
        throw new KubeConfigException(
            "No cluster is configured: give a kubeconfig file, set KUBECONFIG, or create .kube/config in your home folder.");
    }

    /// <summary>A server without TLS or credentials, such as a test's own.</summary>
    public static KubeConfig Plain(Uri server) => new() { Server = server, Origin = "given address" };
}
