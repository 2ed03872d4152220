using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace PlaybookOperator.Kubernetes.Tests.Server;

/// <summary>The things that an API server says, in good weather and in bad.</summary>
internal static class Answers
{
    public static Answer Json(string json, int status = 200, string? retryAfter = null) => async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        if (retryAfter is not null) context.Response.Headers.RetryAfter = retryAfter;
        await context.Response.WriteAsync(json);
    };

    public static Answer Status(int code, string reason, string message, string? retryAfter = null) =>
        Json(StatusJson(code, reason, message).ToJsonString(), code, retryAfter);

    public static Answer List(string version, params string[] items) => Page(version, "", items);

    public static Answer Page(string version, string continuation, params string[] items) => Json(
        $$"""{"kind":"List","metadata":{"resourceVersion":"{{version}}","continue":"{{continuation}}"},"items":[{{string.Join(',', items)}}]}""");

    /// <summary>Tells the events and ends the watch in order.</summary>
    public static Answer Watch(params string[] events) => async context => await TellAsync(context, events);

    /// <summary>Tells the events and then nothing more, until the client goes away.</summary>
    public static Answer WatchThenSilence(params string[] events) => async context =>
    {
        await TellAsync(context, events);
        await SilenceAsync(context);
    };

    /// <summary>
    /// Tells the events and, once the gate opens (a cut connection takes along what was not read yet), begins another one and
    /// cuts the connection in the middle of it.
    /// </summary>
    public static Answer WatchThenCut(Task gate, string half, params string[] events) => async context =>
    {
        await TellAsync(context, events);
        await gate;
        await context.Response.WriteAsync(half);
        await context.Response.Body.FlushAsync();
        context.Abort();
    };

    /// <summary>Accepts the request and never answers.</summary>
    public static Answer Nothing() => SilenceAsync;

    /// <summary>Answers once the gate opens.</summary>
    public static Answer After(Task gate, Answer answer) => async context =>
    {
        await gate;
        await answer(context);
    };

    public static Answer Cut() => context =>
    {
        context.Abort();
        return Task.CompletedTask;
    };

    public static string Added(string item) => $$"""{"type":"ADDED","object":{{item}} }""";

    public static string Modified(string item) => $$"""{"type":"MODIFIED","object":{{item}} }""";

    public static string Deleted(string item) => $$"""{"type":"DELETED","object":{{item}} }""";

    public static string Bookmark(string version) =>
        $$"""{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"{{version}}"},"kind":"Widget"} }""";

    public static string Error(int code, string reason, string message) =>
        $$"""{"type":"ERROR","object":{{StatusJson(code, reason, message).ToJsonString()}} }""";

    private static JsonObject StatusJson(int code, string reason, string message) => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["status"] = "Failure",
        ["message"] = message,
        ["reason"] = reason,
        ["code"] = code,
    };

    private static async Task TellAsync(HttpContext context, string[] events)
    {
        context.Response.ContentType = "application/json";
        await context.Response.StartAsync();
        foreach (var line in events) await context.Response.WriteAsync(line + "\n");
        await context.Response.Body.FlushAsync();
    }

    private static async Task SilenceAsync(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(() => gone.TrySetResult());
        await gone.Task;
    }
}
