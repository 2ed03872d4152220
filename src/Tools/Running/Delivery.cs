using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Tools.Running;

/// <summary>One delivery of a piece of work and what is known about it so far.</summary>
internal sealed class Delivery(Assignment assignment, SecretScope secrets, RunNotes notes)
{
    public Assignment Assignment => assignment;

    public SecretScope Secrets => secrets;

    public RunNotes Notes => notes;

    /// <summary>Null until its variables are rendered.</summary>
    public RunScope? Scope { get; set; }

    /// <summary>The newest call; empty before the first.</summary>
    public CallOutcome Last { get; set; } = new();

    /// <summary>Attempts used so far, over all deliveries.</summary>
    public int Attempt { get; set; } = assignment.AttemptsUsed + 1;
}
