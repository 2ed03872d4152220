using System.Text;
using System.Text.Json.Nodes;

namespace PlaybookOperator.SampleApi;

/// <summary>35 items in four ways of paging: by page number, by offset, by cursor, and by page number with failures.</summary>
internal static class PagesApi
{
    private const int Total = 35;
    private const int DefaultPageSize = 10;

    public static void Map(IEndpointRouteBuilder routes, SampleState state)
    {
        routes.MapGet("/assessments", Assessments);
        routes.MapGet("/users", Users);
        routes.MapGet("/events", Events);
        routes.MapGet("/flaky", context => FlakyAsync(context, state.Of(context)));
        routes.MapPost("/flaky/reset", context =>
        {
            state.Of(context).Forget("flaky/");
            return Answer.JsonAsync(context, new() { ["status"] = "reset" });
        });
    }

    private static Task Assessments(HttpContext context)
    {
        var page = NumberedPage(context, Assessment);
        var number = (int)page["paging"]!["page"]!;
        var links = new List<string>();
        if (number > 1) links.Add(Link(context.Request, number - 1, "prev"));
        if ((bool)page["paging"]!["hasMore"]!) links.Add(Link(context.Request, number + 1, "next"));
        if (links.Count > 0) context.Response.Headers.Link = string.Join(", ", links);
        return Answer.JsonAsync(context, page);
    }

    private static string Link(HttpRequest request, int page, string relation)
    {
        var query = request.Query.Where(pair => pair.Key != "page").Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value.ToString())).Append(KeyValuePair.Create("page", (string?)$"{page}"));
        // Relative to what was asked for, as many servers write it: an answer that repeats a secret address would not be kept in query_result.
        return $"<{request.Path}{QueryString.Create(query)}>; rel=\"{relation}\"";
    }

    /// <summary>Two shapes: pages when <c>page</c> or <c>pageSize</c> is asked for, else an offset and a limit.</summary>
    private static Task Users(HttpContext context)
    {
        if (Ask.Has(context, "page") || Ask.Has(context, "pageSize")) return Answer.JsonAsync(context, NumberedPage(context, User));
        var offset = Ask.Number(context, "offset", 0, min: 0);
        var limit = Ask.Number(context, "limit", DefaultPageSize);
        var count = Math.Clamp(Total - offset, 0, limit);
        return Answer.JsonAsync(context, new()
        {
            ["users"] = Answer.List(offset + 1, count, User),
            ["has_more"] = offset + count < Total,
            ["offset"] = offset,
            ["limit"] = limit,
            ["total"] = Total,
        });
    }

    private static Task Events(HttpContext context)
    {
        var page = ReadCursor(Ask.Text(context, "cursor"));
        var limit = Ask.Number(context, "limit", DefaultPageSize);
        var (first, count, more) = Slice(page, limit);
        return Answer.JsonAsync(context, new()
        {
            ["events"] = Answer.List(first, count, Event),
            ["next_cursor"] = more ? Convert.ToBase64String(Encoding.ASCII.GetBytes($"{page + 1}")) : null,
            ["limit"] = limit,
        });
    }

    /// <summary>The first request of the run for each page listed in <c>fail_on</c> is answered 500.</summary>
    private static Task FlakyAsync(HttpContext context, RunCounters run)
    {
        var page = Ask.Number(context, "page", 1);
        var failing = (Ask.Text(context, "fail_on") ?? "").Split(',', StringSplitOptions.TrimEntries);
        if (failing.Contains($"{page}") && run.Visit($"flaky/{page}") == 1)
            return Answer.ErrorAsync(context, StatusCodes.Status500InternalServerError, $"Page {page} fails once.");
        var (first, count, more) = Slice(page, DefaultPageSize);
        return Answer.JsonAsync(context, new()
        {
            ["data"] = Answer.List(first, count, id => new JsonObject { ["id"] = id, ["value"] = $"value-{id}" }),
            ["paging"] = new JsonObject { ["hasMore"] = more, ["page"] = page, ["pageSize"] = DefaultPageSize },
        });
    }

    private static JsonObject NumberedPage(HttpContext context, Func<int, JsonNode> element)
    {
        var page = Ask.Number(context, "page", 1);
        var pageSize = Ask.Number(context, "pageSize", DefaultPageSize);
        var (first, count, more) = Slice(page, pageSize);
        return new()
        {
            ["data"] = Answer.List(first, count, element),
            ["paging"] = new JsonObject { ["hasMore"] = more, ["page"] = page, ["pageSize"] = pageSize, ["total"] = Total },
        };
    }

    private static (int First, int Count, bool More) Slice(int page, int size)
    {
        var before = Math.Min((long)(page - 1) * size, Total);
        var count = (int)Math.Min(size, Total - before);
        return ((int)before + 1, count, before + count < Total);
    }

    private static int ReadCursor(string? cursor)
    {
        var buffer = new byte[16];
        return cursor is { Length: <= 16 } && Convert.TryFromBase64String(cursor, buffer, out var length)
            && int.TryParse(Encoding.ASCII.GetString(buffer, 0, length), out var page) && page is >= 1 and < 1_000_000
            ? page
            : 1;
    }

    private static JsonNode Assessment(int id) => new JsonObject { ["id"] = id, ["name"] = $"Assessment {id}", ["score"] = 50 + (id % 50) };

    private static JsonNode User(int id) =>
        new JsonObject { ["id"] = id, ["username"] = $"user{id}", ["email"] = $"user{id}@example.com" };

    private static JsonNode Event(int id) => new JsonObject
    {
        ["id"] = id,
        ["type"] = id % 2 == 0 ? "updated" : "created",
        ["timestamp"] = new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(id),
        ["data"] = new JsonObject { ["value"] = id * 10 },
    };
}
