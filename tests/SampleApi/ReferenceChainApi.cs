using System.Text.Json.Nodes;

namespace PlaybookOperator.SampleApi;

/// <summary>
/// <c>/reference-chain/items</c>: 382 items as <c>mode=linked</c> (one a page, with a next link), <c>windowed</c> (offset and limit; default)
/// or <c>expanded</c> (all at once, with their details); <c>/reference-chain/detail/{id}</c>, also as <c>/detail/{id}</c>.
/// </summary>
internal static class ReferenceChainApi
{
    private const int Total = 382;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/reference-chain/items", ItemsAsync);
        routes.MapGet("/reference-chain/detail/{id}", DetailAsync);
        routes.MapGet("/detail/{id}", DetailAsync);
    }

    private static Task ItemsAsync(HttpContext context) => Ask.Text(context, "mode") switch
    {
        "expanded" => Answer.JsonAsync(context, new() { ["items"] = Answer.List(1, Total, Detail), ["total"] = Total, ["next"] = null }),
        "linked" => WindowAsync(context, "linked", limit: 1),
        _ => WindowAsync(context, "windowed", Ask.Number(context, "limit", 50, max: Total)),
    };

    private static Task WindowAsync(HttpContext context, string mode, int limit)
    {
        var offset = Ask.Number(context, "offset", 0, min: 0);
        var count = Math.Clamp(Total - offset, 0, limit);
        var next = offset + count;
        var request = context.Request;
        return Answer.JsonAsync(context, new()
        {
            ["items"] = Answer.List(offset + 1, count, Reference),
            ["offset"] = offset,
            ["total"] = Total,
            ["next"] = next < Total ? $"{request.Scheme}://{request.Host}{request.Path}?mode={mode}&offset={next}&limit={limit}" : null,
        });
    }

    private static Task DetailAsync(HttpContext context) =>
        int.TryParse(context.Request.RouteValues["id"] as string, out var id) && id is >= 1 and <= Total
            ? Answer.JsonAsync(context, Detail(id))
            : Answer.ErrorAsync(context, StatusCodes.Status404NotFound, "No such item.");

    private static JsonObject Reference(int id) => new() { ["id"] = id, ["ref"] = $"/reference-chain/detail/{id}" };

    private static JsonObject Detail(int id) => new()
    {
        ["id"] = id,
        ["name"] = $"Item {id}",
        ["value"] = id * 3 % 101,
        ["tags"] = new JsonArray($"group-{id % 7}", $"tier-{id % 3}"),
    };
}
