using System.Text.Json;
using PlaybookOperator.Kubernetes.Configuration;

namespace PlaybookOperator.Operator.Hosting;

/// <summary>The environment variables that Kubernetes' own tools read; the one place where they are read here.</summary>
public static class EnvironmentOptions
{
#pragma warning disable RS0030 // This is the options class that the ban points to.
    public static KubeConfigSources Sources(string kubeconfig, Func<string, JsonElement> parseYaml) => new()
    {
        ParseYaml = parseYaml,
        ExplicitPath = kubeconfig.Length > 0 ? kubeconfig : null,
        KubeconfigVariable = Environment.GetEnvironmentVariable("KUBECONFIG"),
        HomeDirectory = Environment.GetEnvironmentVariable("HOME"),
        ServiceHost = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST"),
        ServicePort = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT"),
    };
#pragma warning restore RS0030
}
