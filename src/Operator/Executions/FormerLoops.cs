using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;

namespace PlaybookOperator.Operator.Executions;

/// <summary>Reads page by page which iterations of a former execution's loop succeeded, in order of index, neighbours as one.</summary>
public static class FormerLoops
{
    private const int PageSize = 5_000;

    /// <param name="limit">Iterations, at most; those beyond are run again.</param>
    public static async Task<IReadOnlyList<FormerIteration>> ReadAsync(
        IEventReader reader, ExecutionId former, LoopName loop, int limit, CancellationToken cancellationToken)
    {
        var found = new List<FormerIteration>();
        var left = limit;
        for (long from = 0; left > 0;)
        {
            var page = await reader.ReadSucceededAsync(former, loop, from, Math.Min(PageSize, left), cancellationToken);
            foreach (var iteration in page) Add(found, iteration);
            if (page.Count < PageSize) break;
            left -= page.Count;
            from = page[^1].Index + 1;
        }

        return found;
    }

    private static void Add(List<FormerIteration> found, FormerIteration next)
    {
        if (found.Count > 0 && found[^1].TryJoin(next, out var joined)) found[^1] = joined;
        else found.Add(next);
    }
}
