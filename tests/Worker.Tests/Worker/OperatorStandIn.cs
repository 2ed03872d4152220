using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Worker.Tests.Worker;

/// <summary>One request as the operator's end saw it.</summary>
internal sealed record SeenCall(string Path, string? Authorization, string? Version, string Body);

/// <summary>The operator's end of the worker protocol, over real HTTP: answers are queued for each path, then the default answer repeats.</summary>
internal sealed class OperatorStandIn : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<(int Status, string Body, string? RetryAfter)>> _answers = new();
    private WebApplication? _app;

    public ConcurrentQueue<SeenCall> Calls { get; } = new();

    public TaskCompletionSource Claimed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A progress that is never answered, by its number from 1; 0: all are.</summary>
    public int HeldProgress { get; set; }

    public TaskCompletionSource Held { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Uri Url { get; private set; } = new("http://unset/");

    /// <summary>What a claim gets when nothing else is queued; null: 204.</summary>
    public Assignment? Work { get; set; }

    public static async Task<OperatorStandIn> StartAsync()
    {
        var standIn = new OperatorStandIn();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Map("/worker/v1/{**call}", standIn.AnswerAsync);
        await app.StartAsync();
        standIn._app = app;
        standIn.Url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return standIn;
    }

    public void Queue(string call, int status, string body = "{}", string? retryAfter = null) =>
        _answers.GetOrAdd(call, _ => new()).Enqueue((status, body, retryAfter));

    public IEnumerable<string> Paths => Calls.Select(call => call.Path);

    public WorkReport LastReport => JsonSerializer.Deserialize(Calls.Last(call => call.Path == "reports").Body, WorkJson.Default.WorkReportArray)!.Single();

    public IReadOnlyList<PageProgress> Progress =>
        [.. Calls.Where(call => call.Path == "progress").Select(call => JsonSerializer.Deserialize(call.Body, WorkJson.Default.ProgressReport)!.Progress)];

    public ValueTask DisposeAsync() => _app!.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var call = (string)context.Request.RouteValues["call"]!;
        using var reader = new StreamReader(context.Request.Body);
        var headers = context.Request.Headers;
        Calls.Enqueue(new(call, headers.Authorization, headers["X-Playbook-Worker-Version"], await reader.ReadToEndAsync()));
        if (call == "progress" && HeldProgress > 0 && Calls.Count(seen => seen.Path == "progress") == HeldProgress)
        {
            Held.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        }

        var (status, body, retryAfter) = _answers.TryGetValue(call, out var queue) && queue.TryDequeue(out var queued) ? queued : Default(call);
        context.Response.StatusCode = status;
        if (retryAfter is not null) context.Response.Headers.RetryAfter = retryAfter;
        context.Response.ContentType = status < 400 ? "application/json" : "application/problem+json";
        if (status != StatusCodes.Status204NoContent) await context.Response.WriteAsync(body);
        if (call == "claim") Claimed.TrySetResult();
    }

    private (int Status, string Body, string? RetryAfter) Default(string call) => call switch
    {
        "session" => (200, """{"session": "session-token", "expires_at": "2040-01-01T00:00:00Z"}""", null),
        "claim" when Work is null => (204, "", null),
        "claim" => (200, JsonSerializer.Serialize(Work, WorkJson.Default.Assignment), null),
        "query/get" or "query/put" => (204, "", null),
        "progress" => (200, """{"stands": true}""", null),
        _ => (200, """{"outcomes": ["accepted"]}""", null),
    };
}
