using System.Text;
using System.Text.Json.Nodes;

namespace PlaybookOperator.SampleApi;

/// <summary>Writes answers.</summary>
internal static class Answer
{
    public static Task JsonAsync(HttpContext context, JsonObject body, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        return TextAsync(context, body.ToJsonString(), "application/json; charset=utf-8");
    }

    public static Task ErrorAsync(HttpContext context, int status, string detail) =>
        JsonAsync(context, new() { ["detail"] = detail, ["status"] = status }, status);

    public static async Task TextAsync(HttpContext context, string body, string contentType)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        context.Response.ContentType = contentType;
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    /// <summary>A list of <paramref name="count"/> elements numbered from <paramref name="first"/>.</summary>
    public static JsonArray List(int first, int count, Func<int, JsonNode> element)
    {
        var list = new JsonArray();
        for (var id = first; id < first + count; id++) list.Add(element(id));
        return list;
    }
}
