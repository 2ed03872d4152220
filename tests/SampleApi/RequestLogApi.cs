using System.Text.Json.Nodes;

namespace PlaybookOperator.SampleApi;

/// <summary><c>GET /requests?run_key=&amp;path=</c> and <c>DELETE /requests?run_key=</c>: lets a test count calls exactly.</summary>
internal static class RequestLogApi
{
    public static void Map(IEndpointRouteBuilder routes, SampleState state)
    {
        routes.MapGet("/requests", context => ListAsync(context, state.Requests));
        routes.MapDelete("/requests", context =>
            Answer.JsonAsync(context, new() { ["removed"] = state.Requests.Clear(Ask.Text(context, "run_key")) }));
    }

    private static Task ListAsync(HttpContext context, RequestLog log)
    {
        var path = Ask.Text(context, "path");
        var found = log.Read(Ask.Text(context, "run_key")).Where(request => path is null || request.Path == path).ToList();
        return Answer.JsonAsync(context, new()
        {
            ["count"] = found.Count,
            ["requests"] = new JsonArray([.. found.Select(Describe)]),
        });
    }

    private static JsonNode Describe(LoggedRequest request) => new JsonObject
    {
        ["method"] = request.Method,
        ["path"] = request.Path,
        ["query"] = request.Query,
        ["time"] = request.Time,
        ["run_key"] = request.RunKey,
    };
}
