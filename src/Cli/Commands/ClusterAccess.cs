using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Configuration;
using PlaybookOperator.Kubernetes.Metrics;
using PlaybookOperator.Operator.Hosting;
using PlaybookOperator.Operator.Yaml;

namespace PlaybookOperator.Cli.Commands;

/// <summary>A client of the cluster that the current kubeconfig names.</summary>
internal sealed class ClusterAccess : IDisposable
{
    private readonly KubernetesMetrics _metrics = new();

    private ClusterAccess(KubeConfig config)
    {
        Namespace = config.Namespace;
        Client = new ApiClient(config, new ApiClientOptions(), TimeProvider.System, _metrics);
    }

    /// <summary>Of the current context.</summary>
    public string Namespace { get; }

    public ApiClient Client { get; }

    /// <exception cref="UsageException">There is no kubeconfig that can be used.</exception>
    public static ClusterAccess Open()
    {
        try
        {
            return new ClusterAccess(KubeConfig.Load(EnvironmentOptions.Sources("", text => YamlDocument.Parse(text)), TimeProvider.System));
        }
        catch (KubeConfigException unusable)
        {
            throw new UsageException(unusable.Message);
        }
    }

    public void Dispose()
    {
        Client.Dispose();
        _metrics.Dispose();
    }
}
