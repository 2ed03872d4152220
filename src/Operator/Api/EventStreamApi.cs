using System.Globalization;
using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Kubernetes.Client;

namespace PlaybookOperator.Operator.Api;

/// <summary>
/// <c>GET /api/executions/{id}/events/stream</c>: server-sent events, from the one after <c>Last-Event-ID</c> (or <c>after</c>) on, live, until the
/// terminal event; then it closes, and a client that comes back gets 204, at which browsers stop. Read page by page at the pace of the client, so a slow
/// one costs a page of memory. Format: HTML Living Standard, section 9.2.
/// </summary>
internal static class EventStreamApi
{
    private const int PageSize = 100;

    /// <summary>Shorter than the idle limits of common proxies (60 s); also the longest that a lost signal can delay an event.</summary>
    private static readonly TimeSpan s_keepAlive = TimeSpan.FromSeconds(10);

    public static async Task<IResult> StreamAsync(
        string id, HttpContext context, IEventReader reader, ExecutionLookup lookup, ApiAccess access, ExecutionSignals signals, ApiOptions options,
        IHostApplicationLifetime lifetime, TimeProvider time)
    {
        var (caller, header, refusal) = await lookup.FindAsync(id, "get", context);
        if (header is null) return refusal!;
        if (!TryReadAfter(context.Request, out var after, out var problem)) return problem!;
        if (!ApiParameters.TryReadType(context.Request.Query, "type", out var type, out problem)) return problem;
        if (header.EndedAt is not null && (await reader.PageAsync(header.Id, new EventQuery(1, 1, type, after), context.RequestAborted)).TotalEvents == 0) return Results.NoContent();
        if (signals.Count >= options.MaxStreams)
        {
            context.Response.Headers.RetryAfter = "5";
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, "", $"{options.MaxStreams} streams are open here already.");
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        // Proxies that gather answers (nginx) would hold events back.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        var writer = new EventStreamWriter(context.Response, header);
        try
        {
            using var signal = signals.Follow(header.Id);
            await writer.OpenAsync(stop.Token);
            while (!await SendAsync(reader, writer, type, after, stop.Token))
            {
                after = writer.LastEventId ?? after;
                if (await signal.WaitAsync(s_keepAlive, time, stop.Token)) continue;
                if (await access.RefuseAsync(caller!, header.Namespace, "get", context) is not null) break;
                await writer.KeepAliveAsync(stop.Token);
            }
        }
        catch (Exception e) when ((e is OperationCanceledException && stop.IsCancellationRequested) || e is EventLogUnavailableException or ApiException)
        {
            // The client has left; or database or API server are away, and it is to come back with the id of its last event: nothing is lost.
        }

        return Results.Empty;
    }

    /// <summary>Sends what there is after an event; true when nothing can follow.</summary>
    private static async Task<bool> SendAsync(IEventReader reader, EventStreamWriter writer, EventType? type, long after, CancellationToken cancellationToken)
    {
        // Before the pages: an end that is seen here has all its events in them.
        var isOver = await reader.ReadHeaderAsync(writer.Execution, cancellationToken) is not { EndedAt: null };
        for (var number = 1; ; number++)
        {
            var page = await reader.PageAsync(writer.Execution, new EventQuery(number, PageSize, type, after), cancellationToken);
            foreach (var happened in page.Events) await writer.WriteAsync(happened, cancellationToken);
            await writer.FlushAsync(cancellationToken);
            if (page.Events.Count > 0 && page.Events[^1].Type.IsTerminal()) return true;
            if ((long)number * PageSize >= page.TotalEvents) return isOver;
        }
    }

    private static bool TryReadAfter(HttpRequest request, out long after, out IResult? problem)
    {
        if (!ApiParameters.TryReadInteger(request.Query, "after", 0, long.MaxValue, 0, out after, out problem)) return false;
        var last = request.Headers["Last-Event-ID"].ToString();
        if (last.Length == 0) return true;
        if (long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out after)) return true;
        problem = ApiParameters.Wrong("Last-Event-ID", "an event id", last);
        return false;
    }
}

/// <summary>Writes events of one execution as server-sent events; what was written goes out with the next flush.</summary>
internal sealed class EventStreamWriter(HttpResponse response, ExecutionHeader header)
{
    public ExecutionId Execution => header.Id;

    /// <summary>Of the last event that was written; null: none yet.</summary>
    public long? LastEventId { get; private set; }

    /// <summary>Sends the head of the answer, so that the client knows that it is connected before anything happens.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await response.WriteAsync("retry: 1000\n\n", cancellationToken);
        await FlushAsync(cancellationToken);
    }

    public async Task WriteAsync(ExecutionEvent happened, CancellationToken cancellationToken)
    {
        // JSON on one line: an event's data ends with the line.
        var data = JsonSerializer.Serialize(EventAnswer.Of(header.Id, header.Parent, happened), ApiJson.Plain.EventAnswer);
        await response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"id: {happened.EventId}\nevent: {happened.Type.Name()}\ndata: {data}\n\n"), cancellationToken);
        LastEventId = happened.EventId;
    }

    public async Task KeepAliveAsync(CancellationToken cancellationToken)
    {
        await response.WriteAsync(": still here\n\n", cancellationToken);
        await FlushAsync(cancellationToken);
    }

    public Task FlushAsync(CancellationToken cancellationToken) => response.Body.FlushAsync(cancellationToken);
}
