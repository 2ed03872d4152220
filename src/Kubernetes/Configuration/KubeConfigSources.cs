using System.Text.Json;

namespace PlaybookOperator.Kubernetes.Configuration;

/// <summary>
/// Where a configuration may come from, in the order of precedence: <see cref="ExplicitPath"/>, <see cref="KubeconfigVariable"/>,
/// the files that a pod finds, <c>.kube/config</c> in the home folder. The caller fills it from flags and environment.
/// </summary>
public sealed record KubeConfigSources
{
    /// <summary>Turns YAML text into JSON; throws on text that is not YAML. The kubeconfig's only need of a YAML library.</summary>
    public required Func<string, JsonElement> ParseYaml { get; init; }

    /// <summary>A file named on the command line.</summary>
    public string? ExplicitPath { get; init; }

    /// <summary>The value of KUBECONFIG: files separated by the platform's path separator, merged as kubectl does.</summary>
    public string? KubeconfigVariable { get; init; }

    /// <summary>The user's home folder; null when there is none.</summary>
    public string? HomeDirectory { get; init; }

    /// <summary>The value of KUBERNETES_SERVICE_HOST; null outside pods.</summary>
    public string? ServiceHost { get; init; }

    /// <summary>The value of KUBERNETES_SERVICE_PORT.</summary>
    public string? ServicePort { get; init; }

    /// <summary>Where a pod finds its token, authority and namespace.</summary>
    public string ServiceAccountDirectory { get; init; } = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>The context to use in place of the file's current one.</summary>
    public string? Context { get; init; }
}
