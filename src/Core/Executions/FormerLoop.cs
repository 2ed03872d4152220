namespace PlaybookOperator.Core.Executions;

/// <summary>Names one run of a loop in an execution, the same in another execution of the same playbook.</summary>
public readonly record struct LoopName(string Step, int Epoch);

/// <summary>The newest run of a loop in a former execution, to begin with its numbers.</summary>
/// <param name="Iterations">That succeeded there: numbers that are those of fewer are not taken, for nobody could tell whose are missing.</param>
public readonly record struct FormerLoop(ExecutionId Execution, LoopName Name, long Iterations);

/// <summary>Where a result was made.</summary>
public readonly record struct ResultOrigin(ExecutionId Execution, WorkKey Key)
{
    /// <summary>The place so many indexes later in the same run.</summary>
    public ResultOrigin After(long count) => this with { Key = Key with { Index = Key.Index + count } };
}

/// <summary>Iterations of a former execution that succeeded, one after the other by index.</summary>
/// <param name="Index">The first of them.</param>
/// <param name="Key">Its name by the loop's <c>key</c>; null: its index is its name.</param>
/// <param name="Size">Elements of the chunk; null for single iterations.</param>
/// <param name="Origin">Where its result is: in that execution, or in one that it was carried from itself. The next ones' are at the next indexes there.</param>
/// <param name="Count">How many; one, where they have keys or are chunks.</param>
public readonly record struct FormerIteration(long Index, string? Key, int? Size, ResultOrigin Origin, long Count = 1)
{
    /// <summary>
    /// Neighbours as one, so that a loop of a million that failed a few times is as many pieces as it has failures, and not a million.
    /// </summary>
    public bool TryJoin(FormerIteration next, out FormerIteration joined)
    {
        joined = this with { Count = Count + next.Count };
        return Key is null && next.Key is null && Size is null && next.Size is null && next.Index == Index + Count && next.Origin == Origin.After(Count);
    }
}

/// <summary>Iterations in a row that are not run because a former execution did: they count as succeeded, and their results are the former ones'.</summary>
/// <param name="Index">The first of them.</param>
/// <param name="Size">Elements of the chunk; null for single iterations.</param>
/// <param name="Origin">Where the first one's result is; the next ones' are at the next indexes there.</param>
/// <param name="Count">How many; one, where they are chunks.</param>
public readonly record struct CarriedIteration(long Index, int? Size, ResultOrigin Origin, long Count = 1)
{
    /// <summary>Each by itself.</summary>
    public IEnumerable<CarriedIteration> Singles()
    {
        for (var i = 0L; i < Count; i++) yield return new CarriedIteration(Index + i, Size, Origin.After(i));
    }
}
