using System.Net;
using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Api;

/// <summary>Server-sent events: live, from where a client left off, and over with the execution.</summary>
public sealed class EventStreamApiTests : IAsyncLifetime
{
    private readonly Engine _engine = new();
    private LoopbackApp? _app;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _app = await ReadApi.StartAsync(_engine, maxStreams: 2);

    [Fact]
    public async Task A_stream_follows_live_and_ends_with_the_terminal_event()
    {
        var id = await _engine.CreateAsync();
        using var stream = await OpenAsync(id, "");
        Assert.Equal("text/event-stream", stream.Response.Content.Headers.ContentType?.MediaType);
        // Nothing has happened yet; what follows happens while somebody looks.
        await _engine.PassAsync();
        var seen = new List<(long Id, string Type)> { await stream.NextAsync() ?? throw new InvalidOperationException("The stream is over.") };
        await _engine.ReportAsync(_engine.Workers.Started.ElementAt(0));
        await _engine.PassAsync();
        while (await stream.NextAsync() is { } next) seen.Add(next);

        Assert.Equal((await _engine.EventsAsync()).Select(happened => (happened.EventId, happened.Type.Name())), seen);
        Assert.Equal("playbook.completed", seen[^1].Type);
    }

    [Fact]
    public async Task A_client_that_comes_back_goes_on_after_its_last_event_and_is_told_when_there_is_nothing_more()
    {
        var id = await _engine.RunOneCallAsync();
        using var again = await OpenAsync(id, "", lastEventId: "3");
        Assert.Equal(4, (await again.NextAsync())?.Id);
        var last = (await _engine.EventsAsync())[^1].EventId;
        using var over = await OpenAsync(id, $"?after={last}");
        Assert.Equal(HttpStatusCode.NoContent, over.Response.StatusCode);
    }

    [Fact]
    public async Task A_stream_of_one_type_ends_too()
    {
        var id = await _engine.RunOneCallAsync();
        using var stream = await OpenAsync(id, "?type=step.exit");
        Assert.Equal("step.exit", (await stream.NextAsync())?.Type);
        Assert.Null(await stream.NextAsync());
        var exit = (await _engine.EventsAsync()).Single(happened => happened.Type == EventType.StepExit).EventId;
        using var again = await OpenAsync(id, "?type=step.exit", lastEventId: exit.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(HttpStatusCode.NoContent, again.Response.StatusCode);
    }

    [Fact]
    public async Task More_streams_than_allowed_are_told_to_come_again()
    {
        var id = await _engine.CreateAsync();
        using (await OpenAsync(id, ""))
        using (await OpenAsync(id, ""))
        {
            using var third = await OpenAsync(id, "");
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "5"), (third.Response.StatusCode, third.Response.Headers.RetryAfter?.ToString()));
        }

        // Their places are free once the server has seen them leave.
        var status = HttpStatusCode.ServiceUnavailable;
        while (status == HttpStatusCode.ServiceUnavailable)
        {
            using var free = await OpenAsync(id, "");
            status = free.Response.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task A_quiet_stream_says_that_it_is_still_there()
    {
        var id = await _engine.CreateAsync();
        using var stream = await OpenAsync(id, "");
        Assert.Equal("retry: 1000", await stream.LineAsync());
        Assert.Equal("", await stream.LineAsync());
        var comment = stream.LineAsync();
        while (!comment.IsCompleted)
        {
            _engine.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(comment, Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Stop));
        }

        Assert.StartsWith(":", await comment, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        _engine.Dispose();
    }

    private async Task<Followed> OpenAsync(ExecutionId id, string query, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/executions/{id}/events/stream{query}");
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        var response = await _app!.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
        return new Followed(response, new StreamReader(await response.Content.ReadAsStreamAsync(Stop)));
    }

    /// <summary>A stream as a browser reads it.</summary>
    private sealed record Followed(HttpResponseMessage Response, StreamReader Reader) : IDisposable
    {
        public Task<string?> LineAsync() => Reader.ReadLineAsync(Stop).AsTask();

        /// <summary>The next event; null when the stream is over.</summary>
        public async Task<(long Id, string Type)?> NextAsync()
        {
            var fields = new Dictionary<string, string>(StringComparer.Ordinal);
            while (await LineAsync() is { } line)
            {
                if (line.Length == 0 && fields.TryGetValue("data", out var data))
                {
                    var happened = JsonElement.Parse(data);
                    Assert.Equal(fields["id"], happened.GetProperty("event_id").GetRawText());
                    Assert.Equal(fields["event"], happened.GetProperty("event_type").GetString());
                    return (happened.GetProperty("event_id").GetInt64(), fields["event"]);
                }

                if (line.Split(": ", 2) is [{ Length: > 0 } name, var value]) fields[name] = value;
            }

            return null;
        }

        public void Dispose()
        {
            Reader.Dispose();
            Response.Dispose();
        }
    }
}
