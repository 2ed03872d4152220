using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Running;

/// <summary>How assignments are run.</summary>
public sealed record RunnerOptions
{
    /// <summary>
    /// Whether a long wait before a retry ends the delivery with <see cref="WorkOutcome.Waiting"/>. False: every wait is taken here,
    /// for runs in one process, where handing back gains nothing.
    /// </summary>
    public bool HandsBackLongWaits { get; init; } = true;

    /// <summary>Waits longer than this are handed back.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(WorkLimits.MaxInWorkerWaitSeconds);

    /// <summary>Their steps end an evaluation within a second; the time is for the pattern whose matches take longer than their number tells.</summary>
    public TemplateOptions Templates { get; init; } = TemplateOptions.Default with { MaxDuration = TimeSpan.FromSeconds(10) };
}
