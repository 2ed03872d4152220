using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace PlaybookOperator.Kubernetes.Tests.Server;

/// <summary>
/// An API server over real HTTP that answers as a test tells it: per kind of call (such as <c>WATCH /apis/…</c>) a sequence of
/// answers, then a lasting one. Calls without an answer get 404.
/// </summary>
internal sealed class ScriptedApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Answer>> _next = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Answer> _lasting = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<ReceivedRequest> _requests = new();

    private ScriptedApiServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    public IReadOnlyList<ReceivedRequest> Requests => [.. _requests];

    public static async Task<ScriptedApiServer> StartAsync(X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            if (certificate is not null) listen.UseHttps(certificate);
        }));
        var app = builder.Build();
        var server = new ScriptedApiServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>Answers of this and following calls, in order.</summary>
    public ScriptedApiServer Next(string call, params Answer[] answers)
    {
        var queue = _next.GetOrAdd(call, _ => new ConcurrentQueue<Answer>());
        foreach (var answer in answers) queue.Enqueue(answer);
        return this;
    }

    /// <summary>The answer to every call for which no other is left.</summary>
    public ScriptedApiServer Always(string call, Answer answer)
    {
        _lasting[call] = answer;
        return this;
    }

    public IReadOnlyList<ReceivedRequest> Received(string call) => [.. _requests.Where(request => request.Call == call)];

    public async ValueTask DisposeAsync()
    {
        // Watches are held open by design: no grace for them.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = await ReceivedRequest.ReadAsync(context.Request);
        _requests.Enqueue(request);
        if (_next.TryGetValue(request.Call, out var queue) && queue.TryDequeue(out var next)) await next(context);
        else if (_lasting.TryGetValue(request.Call, out var lasting)) await lasting(context);
        else await Answers.Status(404, "NotFound", $"no answer to {request.Call}")(context);
    }
}

/// <summary>Writes one answer.</summary>
internal delegate Task Answer(HttpContext context);
