namespace PlaybookOperator.Core.Executions;

/// <summary>Names one run of a loop in an execution, the same in another execution of the same playbook.</summary>
public readonly record struct LoopName(string Step, int Epoch);

/// <summary>The newest run of a loop in a former execution, to begin with its numbers.</summary>
/// <param name="Iterations">That succeeded there: numbers that are those of fewer are not taken, for nobody could tell whose are missing.</param>
public readonly record struct FormerLoop(ExecutionId Execution, LoopName Name, long Iterations);

/// <summary>Where a result was made.</summary>
public readonly record struct ResultOrigin(ExecutionId Execution, WorkKey Key);

/// <summary>An iteration of a former execution that succeeded.</summary>
/// <param name="Key">Its name by the loop's <c>key</c>; null: its index is its name.</param>
/// <param name="Size">Elements of the chunk; null for single iterations.</param>
/// <param name="Origin">Where its result is: in that execution, or in one that it was carried from itself.</param>
public readonly record struct FormerIteration(long Index, string? Key, int? Size, ResultOrigin Origin);

/// <summary>An iteration that is not run because a former execution did: it counts as succeeded, and its result is the former one's.</summary>
public readonly record struct CarriedIteration(long Index, int? Size, ResultOrigin Origin);
