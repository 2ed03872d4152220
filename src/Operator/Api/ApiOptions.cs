using System.ComponentModel.DataAnnotations;

namespace PlaybookOperator.Operator.Api;

/// <summary>The HTTP API. Section <c>Api</c>.</summary>
public sealed class ApiOptions
{
    public const string Section = "Api";
    public const string KubernetesAuth = "kubernetes";
    public const string NoAuth = "none";

    /// <summary>Where it listens.</summary>
    [Required]
    public string Listen { get; set; } = "http://0.0.0.0:8082";

    /// <summary><c>kubernetes</c>: callers show a token, which needs the right to read executions in the namespace. <c>none</c>: everybody may read; say so only on loopback or behind a gate of your own.</summary>
    [RegularExpression($"{KubernetesAuth}|{NoAuth}")]
    public string Auth { get; set; } = KubernetesAuth;

    /// <summary>Bytes of a request's body.</summary>
    [Range(1024, 1L << 30)]
    public long MaxRequestBytes { get; set; } = 50L << 20;

    /// <summary>Seconds that a request may take.</summary>
    [Range(1, 3600)]
    public int RequestTimeoutSeconds { get; set; } = 120;

    /// <summary>Streams of events that may be open at once; more are told to come again.</summary>
    [Range(1, 100_000)]
    public int MaxStreams { get; set; } = 1000;

    /// <summary>Seconds for which the answer about a token is remembered.</summary>
    [Range(0, 60)]
    public int TokenReviewSeconds { get; set; } = 60;

    /// <summary>Seconds for which the answer about a right is remembered.</summary>
    [Range(0, 10)]
    public int AccessReviewSeconds { get; set; } = 10;
}
