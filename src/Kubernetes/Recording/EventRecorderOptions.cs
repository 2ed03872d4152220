namespace PlaybookOperator.Kubernetes.Recording;

/// <summary>Whose name events bear, and how many of them there may be.</summary>
public sealed record EventRecorderOptions
{
    /// <summary>The controller, such as <c>playbooks.dev/operator</c>.</summary>
    public required string ReportingController { get; init; }

    /// <summary>The process, such as the pod's name.</summary>
    public required string ReportingInstance { get; init; }

    /// <summary>Events that may wait to be written; further ones are dropped and counted. Default 1000.</summary>
    public int BufferSize { get; init; } = 1000;

    /// <summary>Events of one object at once; repeats of one event are free. Default 20.</summary>
    public int BurstPerObject { get; init; } = 20;

    /// <summary>Time after which an object that used up its burst may have one more. Default 30 s.</summary>
    public TimeSpan RefillPerObject { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A repeat after this much silence is an event of its own again. Default 6 min.</summary>
    public TimeSpan SeriesEndsAfter { get; init; } = TimeSpan.FromMinutes(6);

    /// <summary>The count of a series is written at most this often. Default 10 s.</summary>
    public TimeSpan SeriesWriteInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Objects and series remembered; past it the one unused for longest is forgotten. Default 4096.</summary>
    public int MaxRemembered { get; init; } = 4096;
}
