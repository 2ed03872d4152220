namespace PlaybookOperator.Operator.Hosting;

/// <summary>Which cluster, and what of it. Section <c>Kubernetes</c>.</summary>
public sealed class KubernetesOptions
{
    public const string Section = "Kubernetes";

    /// <summary>A kubeconfig file; empty: KUBECONFIG, then the files in a pod, then the one in the home folder.</summary>
    public string Kubeconfig { get; set; } = "";

    /// <summary>The namespace to watch; empty: all.</summary>
    [System.ComponentModel.DataAnnotations.RegularExpression("[a-z0-9-]*", ErrorMessage = "Kubernetes:Namespace must be one namespace, or empty for all.")]
    public string Namespace { get; set; } = "";

    /// <summary>Requests a second to the API server, on average.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 10_000)]
    public double RequestsPerSecond { get; set; } = 200;

    /// <summary>Requests to the API server at once.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 10_000)]
    public int RequestBurst { get; set; } = 400;
}
