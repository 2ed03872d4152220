using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;

namespace PlaybookOperator.Operator.Executions;

/// <summary>Reads page by page which iterations of a former execution's loop succeeded, in order of index.</summary>
public static class FormerLoops
{
    private const int PageSize = 5_000;

    /// <param name="limit">Iterations, at most; those beyond are run again.</param>
    public static async Task<IReadOnlyList<FormerIteration>> ReadAsync(
        IEventReader reader, ExecutionId former, LoopName loop, int limit, CancellationToken cancellationToken)
    {
        var found = new List<FormerIteration>();
        for (long from = 0; found.Count < limit;)
        {
            var page = await reader.ReadSucceededAsync(former, loop, from, Math.Min(PageSize, limit - found.Count), cancellationToken);
            found.AddRange(page);
            if (page.Count < PageSize) break;
            from = page[^1].Index + 1;
        }

        return found;
    }
}
