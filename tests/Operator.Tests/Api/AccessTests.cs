using System.Net;
using System.Text.Json.Nodes;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Api;

/// <summary>What the API asks the cluster about its callers, and what it tells those who may not look.</summary>
[Collection(WholeOperator.Name)]
public sealed class AccessTests : IAsyncLifetime
{
    private OperatorUnderTest _operator = null!;
    private HttpClient _client = null!;
    private string _id = "";

    public async ValueTask InitializeAsync()
    {
        _operator = await OperatorUnderTest.StartAsync(("Reviews:StrangersPerSecond", "1"), ("Api:AccessReviewSeconds", "10"));
        _client = new HttpClient { BaseAddress = _operator.Address };
        _operator.Playbook("book", "workflow: [{step: only, tool: {kind: transform, result: 1}}]");
        _operator.Execution("run", "{playbook: book}");
        _id = (string)(await _operator.FinishedAsync("run"))["status"]!["executionId"]!;
    }

    [Fact]
    public async Task The_cluster_is_asked_with_all_that_it_knows_of_the_caller()
    {
        _operator.Cluster.AddUser("token", User("ann", "uid-1", "staff"));
        _operator.Cluster.May = static _ => true;
        Assert.Equal(HttpStatusCode.OK, (await GetAsync($"/api/executions/{_id}", "token")).Status);
        var asked = Access().Single();
        Assert.Equal("ann uid-1 [\"staff\"] {\"scopes\":[\"read\"]}", $"{asked["user"]} {asked["uid"]} {asked["groups"]!.ToJsonString()} {asked["extra"]!.ToJsonString()}");
    }

    [Fact]
    public async Task Callers_of_one_name_share_an_answer_only_when_all_else_is_equal()
    {
        _operator.Cluster.AddUser("one", User("ann", "uid-1", "staff"));
        _operator.Cluster.AddUser("two", User("ann", "uid-1", "staff"));
        _operator.Cluster.AddUser("groups", User("ann", "uid-1", "guests"));
        _operator.Cluster.AddUser("uid", User("ann", "uid-2", "staff"));
        _operator.Cluster.AddUser("scope", User("ann", "uid-1", "staff", scope: "none"));
        _operator.Cluster.May = static spec => (string?)spec["uid"] == "uid-1" && (string?)spec["groups"]![0] == "staff" && (string?)spec["extra"]!["scopes"]![0] == "read";

        var answers = new List<HttpStatusCode>();
        foreach (var token in new[] { "one", "two", "groups", "uid", "scope" }) answers.Add((await GetPatientlyAsync($"/api/executions/{_id}", token)).Status);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.NotFound], answers);
        Assert.Equal(4, Access().Count);
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/state")]
    [InlineData("GET", "/events")]
    [InlineData("GET", "/events/stream")]
    [InlineData("GET", "/iterations")]
    [InlineData("POST", "/cancel")]
    [InlineData("POST", "/suspend")]
    [InlineData("POST", "/resume")]
    public async Task An_execution_that_the_caller_may_not_see_is_answered_as_one_that_does_not_exist(string method, string path)
    {
        _operator.Cluster.AddUser("token", User("ann", "uid-1", "staff"));
        var unknown = (long.Parse(_id, System.Globalization.CultureInfo.InvariantCulture) + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var (status, hidden) = await SendAsync(method, $"/api/executions/{_id}{path}", "token");
        var absent = await SendAsync(method, $"/api/executions/{unknown}{path}", "token");
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Equal((absent.Status, absent.Body.Replace(unknown, _id, StringComparison.Ordinal)), (status, hidden));
    }

    [Theory]
    [InlineData("name=%00")]
    [InlineData("playbook=%ED%A0%80")]
    [InlineData("namespace=%00")]
    public async Task A_name_that_no_text_can_be_finds_nothing(string query)
    {
        _operator.Cluster.AddUser("token", User("ann", "uid-1", "staff"));
        _operator.Cluster.May = static _ => true;
        var (status, body) = await GetAsync($"/api/executions?{query}", "token");
        Assert.Equal((HttpStatusCode.OK, """{"executions":[],"next_cursor":null}"""), (status, body));
    }

    [Fact]
    public async Task Who_may_look_but_not_touch_is_told_so()
    {
        _operator.Cluster.AddUser("token", User("ann", "uid-1", "staff"));
        _operator.Cluster.May = static spec => (string?)spec["resourceAttributes"]!["verb"] == "get";
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("POST", $"/api/executions/{_id}/cancel", "token")).Status);
    }

    [Fact]
    public async Task A_flood_of_unknown_tokens_is_turned_away_and_holds_up_nobody_who_is_known()
    {
        _operator.Cluster.AddUser("token", User("ann", "uid-1", "staff"));
        _operator.Cluster.May = static _ => true;
        Assert.Equal(HttpStatusCode.OK, (await GetAsync($"/api/executions/{_id}", "token")).Status);
        var before = _operator.Cluster.Questions.Count;
        var flood = Enumerable.Range(0, 300).Select(number => GetAsync($"/api/executions/{_id}", $"token-{number}")).ToList();
        Assert.Equal(HttpStatusCode.OK, (await GetAsync($"/api/executions/{_id}/state", "token")).Status);
        var answers = (await Task.WhenAll(flood)).Select(answer => answer.Status).ToList();

        Assert.True(answers.Count(answer => answer == HttpStatusCode.TooManyRequests) > 250);
        Assert.DoesNotContain(answers, answer => answer is not (HttpStatusCode.TooManyRequests or HttpStatusCode.Unauthorized));
        Assert.InRange(_operator.Cluster.Questions.Count - before, 1, 50);
    }

    [Fact]
    public async Task A_token_that_was_refused_is_not_reviewed_again_at_once_and_what_is_no_token_never()
    {
        var before = _operator.Cluster.Questions.Count;
        for (var time = 0; time < 5; time++) Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("/api/executions", "stale")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("/api/executions", new string('x', (16 << 10) + 1))).Status);
        Assert.Equal(1, _operator.Cluster.Questions.Count - before);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _operator.DisposeAsync();
    }

    private static JsonObject User(string name, string uid, string group, string scope = "read") => new()
    {
        ["username"] = name,
        ["uid"] = uid,
        ["groups"] = new JsonArray(group),
        ["extra"] = new JsonObject { ["scopes"] = new JsonArray(scope) },
    };

    private List<JsonObject> Access() =>
        [.. _operator.Cluster.Questions.Select(question => question["spec"]!.AsObject()).Where(spec => spec["resourceAttributes"] is not null)];

    private Task<(HttpStatusCode Status, string Body)> GetAsync(string path, string token) => SendAsync("GET", path, token);

    /// <summary>As a client that comes again when it is told to.</summary>
    private async Task<(HttpStatusCode Status, string Body)> GetPatientlyAsync(string path, string token)
    {
        var answer = (Status: HttpStatusCode.TooManyRequests, Body: "");
        await OperatorUnderTest.UntilAsync("it is answered", async () => (answer = await GetAsync(path, token)).Status != HttpStatusCode.TooManyRequests);
        return answer;
    }

    private async Task<(HttpStatusCode Status, string Body)> SendAsync(string method, string path, string token)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        using var response = await _client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
