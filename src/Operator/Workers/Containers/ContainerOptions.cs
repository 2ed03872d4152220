using System.ComponentModel.DataAnnotations;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Operator.Workers.Containers;

/// <summary>How steps of the tool <c>container</c> are run. Section <c>Containers</c>.</summary>
public sealed class ContainerOptions
{
    public const string Section = "Containers";

    /// <summary>Seconds for which an image may fail to be pulled, or a container to be set up; then the attempt has failed.</summary>
    [Range(1, 86_400)]
    public int ImagePullSeconds { get; set; } = 60;

    /// <summary>Bytes of the end of a container's output that are read.</summary>
    [Range(1024, WorkLimits.MaxOutputBytes)]
    public int LogBytes { get; set; } = 64 << 10;

    /// <summary>Seconds for which the output of a container that has ended is asked for, when its node does not answer.</summary>
    [Range(1, 86_400)]
    public int LogSeconds { get; set; } = 60;
}
