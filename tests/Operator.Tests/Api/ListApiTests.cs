using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Api;

/// <summary>What the API lists: executions, iterations, events; and the state of one by one query.</summary>
public sealed class ListApiTests : IAsyncLifetime
{
    private readonly Engine _engine = new();
    private LoopbackApp? _app;

    public async ValueTask InitializeAsync() => _app = await ReadApi.StartAsync(_engine);

    [Fact]
    public async Task Executions_are_listed_newest_first_by_pages_that_hold_each_once()
    {
        var created = new List<string>();
        for (var i = 0; i < 5; i++) created.Add((await _engine.CreateAsync()).ToString());
        var seen = new List<string>();
        for (var cursor = ""; cursor is not null;)
        {
            var answer = await GetAsync($"/api/executions?limit=2&cursor={cursor}");
            seen.AddRange(answer.GetProperty("executions").EnumerateArray().Select(line => line.GetProperty("execution_id").GetString()!));
            cursor = answer.GetProperty("next_cursor").GetString();
        }

        Assert.Equal(created.AsEnumerable().Reverse(), seen);
    }

    [Fact]
    public async Task Executions_are_found_by_status_namespace_and_playbook()
    {
        await _engine.CreateAsync(@namespace: "other");
        await _engine.CreateAsync();
        await _engine.PassAsync();

        Assert.Equal(["other"], await ListedAsync("?status=pending", "namespace"));
        Assert.Equal(["RUNNING"], await ListedAsync("?namespace=team&playbook=book", "status"));
        Assert.Empty(await ListedAsync("?status=CANCELLED", "status"));
    }

    [Theory]
    [InlineData("/api/executions?limit=0", "limit")]
    [InlineData("/api/executions?limit=501", "limit")]
    [InlineData("/api/executions?status=done", "status")]
    [InlineData("/api/executions?cursor=last", "cursor")]
    [InlineData("/api/executions/{id}/iterations?status=LOST", "status")]
    [InlineData("/api/executions/{id}/iterations?cursor=5", "cursor")]
    [InlineData("/api/executions/{id}/iterations?limit=1000", "limit")]
    [InlineData("/api/executions/{id}/events?after=-1", "after")]
    [InlineData("/api/executions/{id}/events?limit=0", "limit")]
    [InlineData("/api/executions/{id}/events?type=step.begun", "type")]
    [InlineData("/api/executions/{id}/events/stream?after=x", "after")]
    [InlineData("/api/executions/latest/state", "id")]
    public async Task A_wrong_parameter_is_named_in_a_problem_document(string path, string field)
    {
        var id = await _engine.CreateAsync();
        using var response = await _app!.Client.GetAsync(path.Replace("{id}", id.ToString(), StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal(field, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("field").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/state")]
    [InlineData("/events")]
    [InlineData("/events/stream")]
    [InlineData("/iterations")]
    public async Task What_is_not_there_is_not_found(string part)
    {
        using var response = await _app!.Client.GetAsync($"/api/executions/424242{part}");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Iterations_have_a_row_each_over_pages_and_are_found_by_step_status_and_key()
    {
        var id = await _engine.CreateAsync(
            "workflow: [{step: one, loop: {in: [a, b, c, d], iterator: name, key: '{{ name }}', mode: async, maxParallel: 3, workers: job, failurePolicy: collectAll}, tool: {kind: http, url: 'http://example.invalid/'}}]");
        await _engine.PassAsync();
        await _engine.FailAsync(_engine.Workers.Started.ElementAt(1));
        await _engine.ReportAsync(_engine.Workers.Started.ElementAt(2), "7");

        var first = await GetAsync($"/api/executions/{id}/iterations?limit=2");
        var second = await GetAsync($"/api/executions/{id}/iterations?limit=2&cursor={first.GetProperty("next_cursor").GetString()}");
        JsonElement[] rows = [.. first.GetProperty("iterations").EnumerateArray(), .. second.GetProperty("iterations").EnumerateArray()];
        Assert.Equal([("a", "RUNNING"), ("b", "FAILED"), ("c", "COMPLETED")], rows.Select(row => (Text(row, "key"), Text(row, "status"))));
        Assert.Equal(("one", 7, "503 from the server."), (Text(rows[0], "step"), rows[2].GetProperty("result").GetInt32(), Text(rows[1], "error")));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next_cursor").ValueKind);
        Assert.Equal(["b"], await KeysAsync($"/api/executions/{id}/iterations?step=one&status=failed"));
        Assert.Equal(["c"], await KeysAsync($"/api/executions/{id}/iterations?key=c"));
        using var unknown = await _app!.Client.GetAsync($"/api/executions/{id}/iterations?step=two");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Events_after_one_come_ascending_and_pages_hold_each_once()
    {
        var id = await _engine.RunOneCallAsync();
        var seen = new List<long>();
        for (var (after, more) = (2L, true); more;)
        {
            var answer = await GetAsync($"/api/executions/{id}/events?after={after}&limit=3");
            seen.AddRange(answer.GetProperty("events").EnumerateArray().Select(happened => happened.GetProperty("event_id").GetInt64()));
            (after, more) = (answer.GetProperty("next_after").GetInt64(), answer.GetProperty("has_more").GetBoolean());
        }

        Assert.Equal((await _engine.EventsAsync()).Skip(2).Select(happened => happened.EventId), seen);
        var exits = await GetAsync($"/api/executions/{id}/events?type=step.exit");
        Assert.Equal(["step.exit"], exits.GetProperty("events").EnumerateArray().Select(happened => Text(happened, "event_type")));
    }

    [Fact]
    public async Task The_state_goes_from_initial_over_in_progress_to_completed()
    {
        var id = await _engine.CreateAsync();
        Assert.Equal("initial", Text(await GetAsync($"/api/executions/{id}/state"), "execution_state"));
        await _engine.PassAsync();
        var running = await GetAsync($"/api/executions/{id}/state");
        Assert.Equal(("in_progress", false, 0), (Text(running, "execution_state"), running.GetProperty("has_failed").GetBoolean(), running.GetProperty("step_results").GetArrayLength()));
        await _engine.ReportAsync(_engine.Workers.Started.ElementAt(0), "{\"n\":1}");
        await _engine.PassAsync();

        var over = await GetAsync($"/api/executions/{id}/state");
        var result = Assert.Single(over.GetProperty("step_results").EnumerateArray());
        Assert.Equal(("completed", "COMPLETED", "fetch", 1), (Text(over, "execution_state"), Text(over, "status"), Text(result, "node_name"), result.GetProperty("result").GetProperty("n").GetInt32()));
        Assert.Equal(["fetch"], over.GetProperty("completed_steps").EnumerateArray().Select(step => step.GetString()));
        Assert.Equal(("book", 64), (Text(over.GetProperty("metadata"), "path"), Text(over.GetProperty("metadata"), "digest").Length));
    }

    [Fact]
    public async Task The_state_tells_of_a_failure()
    {
        var id = await _engine.CreateAsync();
        await _engine.PassAsync();
        await _engine.FailAsync(_engine.Workers.Started.ElementAt(0));
        await _engine.PassAsync();

        var over = await GetAsync($"/api/executions/{id}/state");
        Assert.Equal(("completed", "FAILED", true), (Text(over, "execution_state"), Text(over, "status"), over.GetProperty("has_failed").GetBoolean()));
        Assert.Empty(over.GetProperty("completed_steps").EnumerateArray());
        Assert.Equal("503 from the server.", Text(over.GetProperty("step_results")[0], "error"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        _engine.Dispose();
    }

    private async Task<IEnumerable<string>> ListedAsync(string query, string member) =>
        (await GetAsync($"/api/executions{query}")).GetProperty("executions").EnumerateArray().Select(line => Text(line, member));

    private async Task<IEnumerable<string>> KeysAsync(string path) => (await GetAsync(path)).GetProperty("iterations").EnumerateArray().Select(row => Text(row, "key"));

    private Task<JsonElement> GetAsync(string path) => _app!.Client.GetFromJsonAsync<JsonElement>(path);

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
