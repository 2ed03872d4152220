using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Core.Executions.Pools;

/// <summary>What a set of turns makes of a ledger.</summary>
/// <param name="Ledger">The ledger after them.</param>
/// <param name="Answers">One for each turn, in order.</param>
/// <param name="Accepted">Reports that count, in order: their events are to be written.</param>
/// <param name="Lost">Iterations that have killed their worker too often: each ends as failed with <c>WorkerLost</c>.</param>
public sealed record PoolStep(PoolLedger Ledger, IReadOnlyList<PoolAnswer> Answers, IReadOnlyList<PoolReport> Accepted, IReadOnlyList<PoolReport> Lost);

/// <param name="Size">Elements of the chunk that it tells of; null unless the loop is chunked.</param>
public readonly record struct PoolReport(WorkReport Report, int? Size);
