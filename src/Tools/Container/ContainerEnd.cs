using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Container;

/// <summary>How a container ended, as Kubernetes recorded it.</summary>
/// <param name="Kind">One of <see cref="WorkErrorKind"/>; null: it exited with 0.</param>
/// <param name="Reason">Kubernetes' word, such as <c>Completed</c>, <c>Error</c> or <c>OOMKilled</c>.</param>
/// <param name="Message">A sentence for a person; empty when it exited with 0.</param>
public sealed record ContainerEnd(string? Kind, string Reason, string Message)
{
    /// <summary>Null when it never ran, or nobody saw it end.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The end of what it printed; null when that could not be read.</summary>
    public string? Log { get; init; }

    public TimeSpan Elapsed { get; init; }
}
