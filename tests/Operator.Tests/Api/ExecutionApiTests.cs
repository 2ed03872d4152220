using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Api;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Api;

public sealed class ExecutionApiTests : IAsyncLifetime
{
    private readonly Engine _engine = new();
    private LoopbackApp? _app;
    private string _path = "";

    /// <summary>An execution whose loop of 12 has ended.</summary>
    public async ValueTask InitializeAsync()
    {
        _path = $"/api/executions/{await _engine.CreateAsync("workflow: [{step: walk, loop: {in: '{{ range(0, 12) }}', mode: async, maxParallel: 50}, tool: {kind: http, url: 'http://example.invalid/'}}]")}";
        await _engine.PassAsync();
        foreach (var delivery in _engine.Workers.Started.ToList()) await _engine.ReportAsync(delivery);
        await _engine.PassAsync();
        _app = await StartAsync(ApiOptions.NoAuth);
    }

    [Fact]
    public async Task An_execution_is_shown_with_its_newest_events_first()
    {
        var answer = await GetAsync("?page_size=10");
        Assert.Equal(("COMPLETED", "nightly", "team"), (Text(answer, "status"), Text(answer, "name"), Text(answer, "namespace")));
        Assert.Equal(("12/12", JsonValueKind.String), (Text(answer.GetProperty("progress"), "text"), answer.GetProperty("execution_id").ValueKind));
        var total = answer.GetProperty("pagination").GetProperty("total_events").GetInt64();
        Assert.Equal(Enumerable.Range(0, 10).Select(i => total - i), Ids(answer));
    }

    [Fact]
    public async Task Pages_together_hold_every_event_once()
    {
        var seen = new List<long>();
        for (var page = 1; ; page++)
        {
            var answer = await GetAsync($"?page={page}&page_size=10");
            seen.AddRange(Ids(answer));
            if (!answer.GetProperty("pagination").GetProperty("has_next").GetBoolean()) break;
        }

        Assert.Equal((await _engine.EventsAsync()).Select(happened => happened.EventId).Reverse(), seen);
    }

    [Fact]
    public async Task Polling_since_an_event_gives_newer_ones_ascending_until_none_is_left()
    {
        long since = 3;
        var seen = new List<long>();
        while (Ids(await GetAsync($"?page_size=10&since_event_id={since}")) is { Count: > 0 } ids)
        {
            seen.AddRange(ids);
            since = ids[^1];
        }

        Assert.Equal((await _engine.EventsAsync()).Skip(3).Select(happened => happened.EventId), seen);
    }

    [Theory]
    [InlineData("iterator.completed", 1)]
    [InlineData("iterator_completed", 1)]
    [InlineData("iteration.completed", 12)]
    [InlineData("call.error", 0)]
    public async Task Events_are_filtered_by_either_spelling_of_their_type(string type, int count)
    {
        var answer = await GetAsync($"?page_size=50&event_type={type}");
        Assert.Equal((count, count), (Ids(answer).Count, answer.GetProperty("pagination").GetProperty("total_events").GetInt32()));
    }

    [Theory]
    [InlineData("?page_size=9", "page_size")]
    [InlineData("?page_size=501", "page_size")]
    [InlineData("?page_size=many", "page_size")]
    [InlineData("?page=0", "page")]
    [InlineData("?page=-1", "page")]
    [InlineData("?page=99999999999999999999", "page")]
    [InlineData("?since_event_id=-5", "since_event_id")]
    [InlineData("?since_event_id=x", "since_event_id")]
    [InlineData("?event_type=nope", "event_type")]
    public async Task A_wrong_parameter_is_named_in_a_problem_document(string query, string field)
    {
        using var response = await _app!.Client.GetAsync(_path + query);
        await ExpectProblemAsync(response, HttpStatusCode.UnprocessableEntity, field);
    }

    [Fact]
    public async Task A_page_beyond_the_last_is_empty()
    {
        var answer = await GetAsync("?page=2147483647&page_size=500");
        Assert.Equal((0, false), (Ids(answer).Count, answer.GetProperty("pagination").GetProperty("has_next").GetBoolean()));
    }

    [Theory]
    [InlineData("/api/executions/424242", HttpStatusCode.NotFound)]
    [InlineData("/api/executions/latest", HttpStatusCode.UnprocessableEntity)]
    [InlineData("/api/executions/0", HttpStatusCode.UnprocessableEntity)]
    public async Task An_execution_that_is_not_there_is_a_problem_of_the_id(string path, HttpStatusCode status)
    {
        using var response = await _app!.Client.GetAsync(path);
        await ExpectProblemAsync(response, status, "id");
    }

    [Fact]
    public async Task Without_a_token_nothing_is_shown()
    {
        await using var guarded = await StartAsync(ApiOptions.KubernetesAuth);
        using var response = await guarded.Client.GetAsync(_path);
        await ExpectProblemAsync(response, HttpStatusCode.Unauthorized, "Authorization");
    }

    [Theory]
    [InlineData("/api/executions/424242")]
    [InlineData("/api/executions/latest")]
    [InlineData("/api/executions/424242?page_size=1")]
    public async Task Without_a_token_nobody_learns_which_executions_there_are(string path)
    {
        await using var guarded = await StartAsync(ApiOptions.KubernetesAuth);
        using var response = await guarded.Client.GetAsync(path);
        await ExpectProblemAsync(response, HttpStatusCode.Unauthorized, "Authorization");
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        _engine.Dispose();
    }

    private Task<LoopbackApp> StartAsync(string auth) => LoopbackApp.StartAsync(
        services => services
            .AddSingleton<TimeProvider>(_engine.Time)
            .AddSingleton(_engine.Reconciler)
            .AddSingleton<IEventReader>(_engine.Log)
            .AddSingleton(new ApiAccess(new ApiOptions { Auth = auth }, client: null, _engine.Time)),
        app => app.MapExecutionApi());

    private Task<JsonElement> GetAsync(string query) => _app!.Client.GetFromJsonAsync<JsonElement>(_path + query);

    private static async Task ExpectProblemAsync(HttpResponseMessage response, HttpStatusCode status, string field)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((field, (int)status), (Text(problem, "field"), problem.GetProperty("status").GetInt32()));
        Assert.NotEmpty(Text(problem, "detail"));
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static List<long> Ids(JsonElement answer) => [.. answer.GetProperty("events").EnumerateArray().Select(happened => happened.GetProperty("event_id").GetInt64())];
}
