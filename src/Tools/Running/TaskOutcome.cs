using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Running;

/// <summary>How the task of one assignment ended, before it becomes a report.</summary>
internal abstract record TaskOutcome
{
    private TaskOutcome()
    {
    }

    /// <summary>The entry of <c>case</c> that was true, from 0, or −1; null: nobody has asked.</summary>
    public int? Case { get; init; }

    /// <param name="Result">The task's result.</param>
    /// <param name="Until">Whether the loop is to end here; null where it never asks.</param>
    /// <param name="Numbers">What the loop's <c>aggregate</c> makes of the result; null where it has none.</param>
    public sealed record Completed(Value Result, bool? Until = null, double?[]? Numbers = null) : TaskOutcome;

    public sealed record Failed(WorkError Error) : TaskOutcome;

    /// <summary>Failed for now, or to be made again; the next attempt is due after <paramref name="Delay"/>.</summary>
    public sealed record Waiting(WorkError? Error, TimeSpan Delay) : TaskOutcome;
}
