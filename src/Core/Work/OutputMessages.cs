namespace PlaybookOperator.Core.Work;

/// <summary><c>POST /worker/v1/output</c>: asks for what the container beside this worker printed; 204: it has not ended yet.</summary>
/// <param name="Pod">The name of the worker's own pod, in the execution's namespace.</param>
public sealed record OutputRequest(string Pod);

/// <summary>The answer when it has ended.</summary>
/// <param name="Log">The end of what it printed, as it printed it.</param>
/// <param name="IsCut">Whether the text stops in the middle of a line: then its last characters may be the first of a secret.</param>
public sealed record OutputAnswer(string Log, bool IsCut);

/// <summary><c>POST /worker/v1/output/masked</c>: the same without secrets, which ends the work; answered like a report.</summary>
/// <param name="Pod">As in <see cref="OutputRequest"/>.</param>
/// <param name="Log">At most <see cref="WorkLimits.MaxOutputBytes"/>.</param>
public sealed record MaskedOutput(string Pod, string Log);
