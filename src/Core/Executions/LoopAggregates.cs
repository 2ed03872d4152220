using PlaybookOperator.Core.Statistics;

namespace PlaybookOperator.Core.Executions;

/// <summary>What the <c>aggregate</c> of a loop's run has come to.</summary>
/// <param name="Done">Iterations that had ended: its numbers are theirs, and of no others.</param>
/// <param name="Of">By name, in ordinal order.</param>
public sealed record LoopAggregates(long Done, IReadOnlyList<AggregateSummary> Of)
{
    /// <summary>Iterations whose numbers these are: those that succeeded, but for carried ones whose numbers are not known.</summary>
    public long Iterations { get; init; }

    /// <summary>Of a loop of which nothing has ended.</summary>
    public static LoopAggregates Empty(AggregateBook book) =>
        new(Done: 0, [.. book.Columns.Select(column => new AggregateSummary(column.Name, column.Stats, new Reservoir(book.Samples)))]);
}
