using System.ComponentModel.DataAnnotations;
using PlaybookOperator.Tools;

namespace PlaybookOperator.Operator.Workers;

/// <summary>How worker Jobs are made. Section <c>Workers</c>.</summary>
public sealed class WorkerOptions
{
    public const string Section = "Workers";

    /// <summary>Image of the worker; a playbook's <c>spec.worker.image</c> wins.</summary>
    [Required]
    public string Image { get; set; } = "playbook-worker:dev";

    /// <summary>Where pods reach this operator's API, such as <c>http://playbook-operator.playbook-system.svc:8082</c>.</summary>
    [Required]
    public string ApiUrl { get; set; } = "http://127.0.0.1:8082";

    /// <summary>Service account of the pods; needs no rights. A playbook's <c>spec.worker.serviceAccountName</c> wins.</summary>
    public string ServiceAccountName { get; set; } = "default";

    /// <summary>Seconds for one attempt when the playbook sets no timeout: bounds the life of a Job.</summary>
    [Range(1, 604_800)]
    public int DefaultTimeoutSeconds { get; set; } = 3600;

    /// <summary>Seconds for which a worker tries to report its result.</summary>
    [Range(1, 86_400)]
    public int ReportWindowSeconds { get; set; } = 600;

    /// <summary>Memory request of a pod, as a Kubernetes quantity.</summary>
    public string MemoryRequest { get; set; } = "64Mi";

    /// <summary>Memory limit of a pod; a playbook's <c>limits.memory</c> or <c>spec.worker.resources</c> wins.</summary>
    public string MemoryLimit { get; set; } = "256Mi";

    /// <summary>CPU request of a pod.</summary>
    public string CpuRequest { get; set; } = "10m";

    /// <summary>Jobs created at the same time for one execution.</summary>
    [Range(1, 256)]
    public int CreateParallelism { get; set; } = 16;

    /// <summary>Bytes of one request of a worker; larger ones are answered with 413.</summary>
    [Range(1024, 1L << 30)]
    public long MaxRequestBytes { get; set; } = 50L << 20;

    /// <summary>Requests of workers under way at once in this replica; what comes beyond gets 429 and comes again.</summary>
    [Range(1, 100_000)]
    public int MaxRequests { get; set; } = 512;

    /// <summary>Bytes of such requests at once.</summary>
    [Range(1024, 1L << 34)]
    public long MaxBytesUnderWay { get; set; } = 100L << 20;

    /// <summary>Seconds that a session lasts; the worker exchanges its token again afterwards.</summary>
    [Range(60, 86_400)]
    public int SessionSeconds { get; set; } = 3600;

    /// <summary>Entries of the cache <c>tool_instance</c> of a pod: its pools of database connections.</summary>
    [Range(1, 10_000)]
    public int ToolInstanceEntries { get; set; } = ToolInstances.DefaultBounds.MaxEntries;

    /// <summary>Seconds that such an entry lives; 0: as long as the pod.</summary>
    [Range(0, 31_536_000)]
    public int ToolInstanceSeconds { get; set; } = (int)ToolInstances.DefaultBounds.TimeToLive.TotalSeconds;
}
