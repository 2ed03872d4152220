using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Running;

/// <summary>How the task of one assignment ended, before it becomes a report.</summary>
internal abstract record TaskOutcome
{
    private TaskOutcome()
    {
    }

    public sealed record Completed(Value Result) : TaskOutcome;

    public sealed record Failed(WorkError Error) : TaskOutcome;

    /// <summary>Failed for now; the next attempt is due after <paramref name="Delay"/>.</summary>
    public sealed record Waiting(WorkError Error, TimeSpan Delay) : TaskOutcome;
}
