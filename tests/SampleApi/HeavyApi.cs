using System.Text.Json.Nodes;

namespace PlaybookOperator.SampleApi;

/// <summary><c>/heavy</c>: 100 items, each with <c>payload_kb</c> KiB of text. <c>/heavy/stats</c>: what the run has fetched.</summary>
internal static class HeavyApi
{
    private const int Total = 100;

    public static void Map(IEndpointRouteBuilder routes, SampleState state)
    {
        routes.MapGet("/heavy", context => PageAsync(context, state.Of(context)));
        routes.MapGet("/heavy/stats", context => Answer.JsonAsync(context, new()
        {
            ["requests"] = state.Of(context).Visits("heavy"),
            ["total_items"] = Total,
        }));
    }

    private static Task PageAsync(HttpContext context, RunCounters run)
    {
        run.Visit("heavy");
        var page = Ask.Number(context, "page", 1, max: 10_000);
        var size = Ask.Number(context, "pageSize", 10, max: Total);
        var total = Ask.Number(context, "total", Total, max: Total);
        var payload = new string('x', 1024 * Ask.Number(context, "payload_kb", 1, min: 0, max: 1024));
        var before = Math.Min((page - 1) * size, total);
        var count = Math.Min(size, total - before);
        return Answer.JsonAsync(context, new()
        {
            ["data"] = Answer.List(before + 1, count, id => new JsonObject { ["id"] = id, ["payload"] = payload }),
            ["paging"] = new JsonObject { ["hasMore"] = before + count < total, ["page"] = page, ["pageSize"] = size, ["total"] = total },
        });
    }
}
