namespace PlaybookOperator.Core.Work;

/// <summary>What a worker of a pool has to know of the loop, beside what all its iterations share. JSON: snake_case.</summary>
/// <param name="Variable">The name under which an iteration finds its element, or the list of its chunk's elements.</param>
/// <param name="Total">Elements of the loop.</param>
/// <param name="Chunk">Elements of one iteration, at most; null: one, by itself.</param>
/// <param name="RangeStart">Set for a loop over a range: element i is <c>RangeStart + i × RangeStep</c>, and no lease carries elements.</param>
/// <param name="RangeStep">See <paramref name="RangeStart"/>.</param>
/// <param name="IsSequential">One iteration after the other.</param>
/// <param name="StopsOnFailure">A failure may end the loop: nothing more starts before the operator has heard of it.</param>
/// <param name="BatchSize">Iterations per lease; null: as many as take one to two seconds.</param>
public sealed record PoolWork(
    string Variable, long Total, int? Chunk, long? RangeStart, long? RangeStep, bool IsSequential, bool StopsOnFailure, int? BatchSize);
