using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.EventLog;

namespace PlaybookOperator.Operator.Executions;

/// <summary>Reads the results of a loop page by page, in order of index; a failed or unfinished iteration's place is null.</summary>
public static class LoopResults
{
    private const int PageSize = 500;

    /// <param name="loop">What kind of loop it is; null: one that keeps a result for each iteration.</param>
    /// <param name="limit">Results, at most.</param>
    public static async Task<IReadOnlyList<JsonElement?>> ReadAsync(
        IEventReader reader, ExecutionId id, long runId, LoopPlan? loop, int limit, CancellationToken cancellationToken)
    {
        var results = new List<JsonElement?>();
        if (loop is { KeepResults: false }) return results;
        for (long from = 0; results.Count < limit;)
        {
            var page = await reader.ReadResultsAsync(id, runId, from, Math.Min(PageSize, limit - results.Count), cancellationToken);
            foreach (var outcome in page)
            {
                // A chunk is one value, whatever the offsets in between.
                while (loop?.Chunk is null && results.Count < outcome.Index) results.Add(null);
                results.Add(outcome.Result);
            }

            if (page.Count < PageSize) break;
            from = page[^1].Index + 1;
        }

        return results;
    }
}
