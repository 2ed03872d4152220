using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace PlaybookOperator.SampleApi;

/// <summary>Everything that a server can do wrong, below <c>/bad</c>; and <c>/bad/echo</c>, which tells what it was sent.</summary>
internal static class MisbehaviourApi
{
    private const int MaxEchoBytes = 1 << 20;
    private const string Json = "application/json";

    public static void Map(IEndpointRouteBuilder routes, SampleState state)
    {
        routes.MapGet("/truncated", TruncatedAsync);
        routes.MapGet("/not-json", context => Answer.TextAsync(context, "<html>surprise</html>", Json));
        routes.MapGet("/cut-json", context => Answer.TextAsync(context, """{"data": [1, 2, """, Json));
        routes.MapGet("/empty-json", context => Answer.TextAsync(context, "", Json));
        routes.MapGet("/text", context => Answer.TextAsync(context, "plain text", "text/plain"));
        routes.MapGet("/untyped-json", context => Answer.TextAsync(context, """{"data": [1]}""", "text/plain"));
        routes.MapGet("/nested", context => Answer.TextAsync(context, """{"data": {"data": [1, 2], "status": 418}, "status_code": 7}""", Json));
        routes.MapGet("/endless", EndlessAsync);
        routes.MapGet("/slow-headers", async context => { await state.HoldAsync(300_000, context.RequestAborted); });
        routes.MapGet("/slow-body", context => SlowBodyAsync(context, state));
        routes.MapGet("/redirect", context => RedirectAsync(context));
        routes.MapGet("/redirect-loop", context =>
        {
            context.Response.Redirect("/bad/redirect-loop");
            return Task.CompletedTask;
        });
        routes.MapGet("/big-headers", BigHeadersAsync);
        routes.MapGet("/gzip", GzipAsync);
        routes.MapGet("/latin1", context => BytesAsync(context, Encoding.Latin1.GetBytes("""{"name": "Zoë"}"""), "application/json; charset=iso-8859-1"));
        routes.Map("/status/{code}", context => Answer.JsonAsync(
            context, new() { ["ok"] = false }, int.TryParse(context.Request.RouteValues["code"] as string, out var code) ? code : 400));
        routes.Map("/echo", EchoAsync);
        routes.Map("/answer", ToldAsync);
    }

    /// <summary>Promises more than it sends, then hangs up.</summary>
    private static async Task TruncatedAsync(HttpContext context)
    {
        context.Response.ContentType = Json;
        context.Response.ContentLength = 1000;
        await context.Response.WriteAsync("""{"data": [1, 2, 3""", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        context.Abort();
    }

    /// <summary>A JSON text that never ends.</summary>
    private static async Task EndlessAsync(HttpContext context)
    {
        context.Response.ContentType = Json;
        await context.Response.WriteAsync("""{"data": [0""", context.RequestAborted);
        var more = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(", 12345678", 8192)));
        while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(more, context.RequestAborted);
    }

    /// <summary>One byte every <c>interval_ms</c> after prompt headers.</summary>
    private static async Task SlowBodyAsync(HttpContext context, SampleState state)
    {
        context.Response.ContentType = Json;
        var interval = Ask.Number(context, "interval_ms", 1000);
        while (true)
        {
            await context.Response.WriteAsync(" ", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await state.HoldAsync(interval, context.RequestAborted);
        }
    }

    private static Task RedirectAsync(HttpContext context)
    {
        context.Response.Redirect(Ask.Text(context, "to") ?? "/api/v1/assessments");
        return Task.CompletedTask;
    }

    private static Task BigHeadersAsync(HttpContext context)
    {
        for (var i = 0; i < Ask.Number(context, "count", 20, max: 1000); i++) context.Response.Headers[$"X-Big-{i}"] = new string('h', 8192);
        return Answer.TextAsync(context, "{}", Json);
    }

    /// <summary><c>size_kb</c> KiB of zeros behind a small gzip body: small on the wire, large when unpacked.</summary>
    private static async Task GzipAsync(HttpContext context)
    {
        context.Response.ContentType = Json;
        context.Response.Headers.ContentEncoding = "gzip";
        await using var packed = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
        await packed.WriteAsync(Encoding.ASCII.GetBytes("{\"data\": \""), context.RequestAborted);
        var block = Encoding.ASCII.GetBytes(new string('0', 1024));
        for (var i = 0; i < Ask.Number(context, "size_kb", 1, min: 0); i++) await packed.WriteAsync(block, context.RequestAborted);
        await packed.WriteAsync("\"}"u8.ToArray(), context.RequestAborted);
    }

    private static async Task BytesAsync(HttpContext context, byte[] bytes, string contentType)
    {
        context.Response.ContentType = contentType;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    /// <summary>
    /// Answers as the query says: <c>status</c>, the body <c>base64</c>, and headers of any name and number as <c>h=Name:Value</c>. No header is added but
    /// those of the protocol; of HEAD and 304 <c>length</c> claims a length.
    /// </summary>
    private static async Task ToldAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = Ask.Number(context, "status", StatusCodes.Status200OK, min: 200, max: 599);
        foreach (var header in context.Request.Query["h"])
        {
            var colon = header!.IndexOf(':', StringComparison.Ordinal);
            response.Headers.Append(header[..colon], header[(colon + 1)..]);
        }

        if (Ask.Has(context, "length")) response.ContentLength = Ask.Number(context, "length", 0, min: 0, max: int.MaxValue);
        if (Ask.Text(context, "base64") is { } body) await response.Body.WriteAsync(Convert.FromBase64String(body), context.RequestAborted);
    }

    private static async Task EchoAsync(HttpContext context)
    {
        var request = context.Request;
        using var received = new MemoryStream();
        await request.Body.CopyToAsync(received, context.RequestAborted);
        var body = Encoding.UTF8.GetString(received.ToArray());
        await Answer.JsonAsync(context, new()
        {
            ["method"] = request.Method,
            ["path"] = request.Path.Value,
            ["query"] = Lists(request.Query),
            ["headers"] = Lists(request.Headers),
            ["body"] = body.Length <= MaxEchoBytes ? body : body[..MaxEchoBytes],
            ["bytes"] = Convert.ToBase64String(received.GetBuffer(), 0, (int)Math.Min(received.Length, MaxEchoBytes)),
        }, Ask.Number(context, "status", StatusCodes.Status200OK, min: 200, max: 599));
    }

    private static JsonObject Lists(IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> pairs)
    {
        var lists = new JsonObject();
        foreach (var (name, values) in pairs) lists[name.ToLowerInvariant()] = new JsonArray([.. values.Select(value => JsonValue.Create(value))]);
        return lists;
    }
}
