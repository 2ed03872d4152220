using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.EventLog.Writing;

/// <summary>What every log asks of its callers; breaking it is a mistake of the program, never of its users.</summary>
internal static class Arguments
{
    public const int MaxPageSize = 500;

    /// <summary>Rows of one read.</summary>
    public const int MaxLimit = 10_000;

    public static void Check(AppendBatch batch)
    {
        if (batch.Events.Count == 0) throw new ArgumentException("An append needs at least one event.", nameof(batch));
        for (var i = 0; i < batch.Events.Count - 1; i++)
        {
            if (batch.Events[i].Type.IsTerminal()) throw new ArgumentException("Nothing may follow the terminal event.", nameof(batch));
        }
    }

    public static void Check(EventQuery query)
    {
        if (query.Page < 1) throw new ArgumentOutOfRangeException(nameof(query), query.Page, "Pages count from 1.");
        if (query.PageSize is < 1 or > MaxPageSize)
            throw new ArgumentOutOfRangeException(nameof(query), query.PageSize, $"A page has 1 to {MaxPageSize} events.");
    }

    public static int Limit(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return Math.Min(limit, MaxLimit);
    }
}
