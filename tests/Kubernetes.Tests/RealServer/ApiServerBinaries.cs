namespace PlaybookOperator.Kubernetes.Tests.RealServer;

/// <summary>Where the programs of a real API server are on this machine, if they are.</summary>
internal sealed record ApiServerBinaries(string Etcd, string ApiServer)
{
    private static readonly string[] EtcdPlaces = ["/usr/bin/etcd", "/usr/local/bin/etcd"];

    /// <summary>Null when one of them is missing.</summary>
    public static ApiServerBinaries? Find()
    {
        var etcd = EtcdPlaces.FirstOrDefault(File.Exists);
        var cache = Path.Combine(CacheFolder(), "playbook-operator");
        var server = Directory.Exists(cache)
            ? Directory.EnumerateDirectories(cache, "kubernetes-*")
                .Order(StringComparer.Ordinal)
                .Select(folder => Path.Combine(folder, "bin", "kube-apiserver"))
                .LastOrDefault(File.Exists)
            : null;
        return etcd is null || server is null ? null : new ApiServerBinaries(etcd, server);
    }

    private static string CacheFolder()
    {
#pragma warning disable RS0030 // The place that the cluster scripts use is defined by this variable.
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
#pragma warning restore RS0030
        return cache is { Length: > 0 } ? cache : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
    }
}
