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
        if (query.Status is null or IterationStatus.Running)
            foreach (var lease in ledger.Leases)
                foreach (var part in lease.Open) Add(merged, part.Lo, part.Hi, new IterationRow(0, IterationStatus.Running) { Attempt = lease.AttemptsUsed + 1 }, query);
        if (query.Status is null or IterationStatus.Pending)
            foreach (var slice in ledger.Returned) Add(merged, slice.Lo, slice.Hi, new IterationRow(0, IterationStatus.Pending) { Attempt = slice.AttemptsUsed + 1 }, query);
        foreach (var row in rows) merged[row.Index] = row;
        return [.. merged.Values.Take(query.Limit)];
    }

    private static void Add(SortedDictionary<long, IterationRow> merged, long lo, long hi, IterationRow like, IterationQuery query)
    {
        var first = Math.Max(lo, query.FromIndex);
        for (var index = first; index < Math.Min(hi, first + query.Limit); index++) merged[index] = like with { Index = index };
    }
}
