using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using PlaybookOperator.Core.Executions;
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
    public async Task A_caller_that_asks_for_no_page_gets_the_first_hundred_events_and_is_told_of_six_figures()
    {
        var total = (await _engine.EventsAsync()).Count;
        var whole = await GetAsync("");
        var second = (await GetAsync("?page=2&page_size=10")).GetProperty("pagination");

        Assert.Equal(total, Ids(whole).Count);
        Assert.Equal($$"""{"page":1,"page_size":100,"total_events":{{total}},"total_pages":1,"has_next":false,"has_prev":false}""", whole.GetProperty("pagination").GetRawText());
        Assert.Equal(
            $$"""{"page":2,"page_size":10,"total_events":{{total}},"total_pages":{{(total + 9) / 10}},"has_next":{{(total > 20 ? "true" : "false")}},"has_prev":true}""", second.GetRawText());
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

    [Fact]
    public async Task Children_are_a_tree_as_deep_as_the_playbook_allows()
    {
        var parent = _engine.Id;
        for (var level = 1; level <= 4; level++) parent = await ChildAsync(parent, level);
        await ChildAsync(_engine.Id, 5);

        var answer = await GetAsync("?include=children");
        var children = answer.GetProperty("children");
        Assert.Equal(["child-1", "child-5"], children.EnumerateArray().Select(child => Text(child, "name")));
        var third = children[0].GetProperty("children")[0].GetProperty("children")[0];
        Assert.Equal(("child-3", "PENDING", 0), (Text(third, "name"), Text(third, "status"), third.GetProperty("children").GetArrayLength()));
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("children_note").ValueKind);

        var shallow = await GetAsync("?include=children,playbook&depth=1");
        Assert.Equal(0, shallow.GetProperty("children")[0].GetProperty("children").GetArrayLength());
        Assert.Equal("walk", Text(shallow.GetProperty("playbook").GetProperty("spec").GetProperty("workflow")[0], "step"));
        Assert.Equal(64, Text(shallow.GetProperty("playbook"), "digest").Length);

        var deep = await GetAsync("?include=children&depth=9");
        Assert.Equal("loading.maxDepth of playbook 'book' is 3, so 3 levels are shown instead of 9.", Text(deep, "children_note"));
    }

    [Fact]
    public async Task A_level_with_too_many_children_is_cut_and_the_note_says_so()
    {
        for (var number = 0; number <= ChildTree.MostOfLevel; number++) await ChildAsync(_engine.Id, number);
        var answer = await GetAsync("?include=children");
        Assert.Equal(ChildTree.MostOfLevel, answer.GetProperty("children").GetArrayLength());
        Assert.Equal("Level 1 has more than 500 executions; the first 500 are shown.", Text(answer, "children_note"));
    }

    [Theory]
    [InlineData("?include=childern", "include")]
    [InlineData("?include=children,events", "include")]
    [InlineData("?include=children&depth=0", "depth")]
    [InlineData("?include=children&depth=11", "depth")]
    [InlineData("?include=children&depth=deep", "depth")]
    [InlineData("?depth=2", "depth")]
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

    private Task<LoopbackApp> StartAsync(string auth) => ReadApi.StartAsync(_engine, auth);

    private ValueTask<ExecutionId> ChildAsync(ExecutionId parent, int number)
    {
        var spec = JsonElement.Parse("""{"workflow":[]}""");
        var id = ExecutionId.Create(_engine.Time.GetUtcNow(), 1000 + number);
        return _engine.Log.CreateAsync(
            new NewExecution(id, "cluster", $"child-{number}", "team", $"child-{number}", "below", "digest", spec, JsonElement.Parse("{}"))
            {
                CreatedAt = _engine.Time.GetUtcNow(),
                Parent = parent,
            },
            CancellationToken.None);
    }

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
