using PlaybookOperator.Core.Executions.Pools;

namespace PlaybookOperator.EventLog.Writing;

/// <summary>Joins what two places know about the iterations of a run. Pure.</summary>
internal static class IterationRows
{
    /// <summary>
    /// Iterations that workers of a pool have, or that wait to be handed out again, ascending: as many as the query could show. Read the ledger before
    /// <paramref name="rows"/>: what ends in between is then in both, and its end counts.
    /// </summary>
    public static IReadOnlyList<IterationRow> Merge(IReadOnlyList<IterationRow> rows, PoolLedger? ledger, IterationQuery query)
    {
        if (ledger is null) return rows;
        var merged = new SortedDictionary<long, IterationRow>();
        // Parts of a ledger never overlap, so the first of them hold the first indexes: no more are written out than a page has.
        foreach (var row in Parts(ledger).Where(part => query.Status is null || part.Like.Status == query.Status).OrderBy(part => part.Lo).SelectMany(part => Rows(part, query)).Take(query.Limit))
            merged[row.Index] = row;
        foreach (var row in rows) merged[row.Index] = row;
        return [.. merged.Values.Take(query.Limit)];
    }

    private static IEnumerable<(long Lo, long Hi, IterationRow Like)> Parts(PoolLedger ledger) =>
        ledger.Leases.SelectMany(lease => lease.Open.Select(part => (part.Lo, part.Hi, new IterationRow(0, IterationStatus.Running) { Attempt = lease.AttemptsUsed + 1 })))
            .Concat(ledger.Returned.Select(slice => (slice.Lo, slice.Hi, new IterationRow(0, IterationStatus.Pending) { Attempt = slice.AttemptsUsed + 1 })));

    private static IEnumerable<IterationRow> Rows((long Lo, long Hi, IterationRow Like) part, IterationQuery query)
    {
        for (var index = Math.Max(part.Lo, query.FromIndex); index < part.Hi; index++) yield return part.Like with { Index = index };
    }
}
