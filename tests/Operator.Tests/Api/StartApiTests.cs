using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Api;

/// <summary>Starting and steering through the API, on a whole operator: what is created and patched is what kubectl would.</summary>
[Collection(WholeOperator.Name)]
public sealed class StartApiTests : IAsyncLifetime
{
    private const string Team = """ "namespace": "team" """;
    private OperatorUnderTest _started = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _started = await OperatorUnderTest.StartAsync(("Api:Auth", "none"));
        _client = new HttpClient { BaseAddress = _started.Address };
        await OperatorUnderTest.UntilAsync("the operator is ready", async () =>
        {
            using var response = await _client.GetAsync("/readyz");
            return response.IsSuccessStatusCode;
        });
    }

    [Theory]
    [InlineData("/api/executions", "playbook", "workload")]
    [InlineData("/api/run/playbook", "path", "args")]
    public async Task A_started_playbook_runs_with_its_workload(string path, string playbook, string workload)
    {
        _started.Playbook("book", "workload: {n: 1}\nworkflow: [{step: only, tool: {kind: transform, result: '{{ workload.n + 1 }}'}}]");
        var (status, answer) = await PostAsync(path, $$"""{"{{playbook}}": "book", {{Team}}, "{{workload}}": {"n": 41} }""");

        Assert.Equal((HttpStatusCode.Created, "team", "PENDING"), (status, Text(answer, "namespace"), Text(answer, "status")));
        var ended = await _started.FinishedAsync(Text(answer, "name"));
        Assert.Equal(("Completed", Text(answer, "execution_id")), (OperatorUnderTest.Phase(ended), (string?)ended["status"]!["executionId"]));
        var state = await _client.GetFromJsonAsync<JsonElement>($"/api/executions/{Text(answer, "execution_id")}/state");
        Assert.Equal(42, state.GetProperty("step_results")[0].GetProperty("result").GetInt32());
    }

    [Fact]
    public async Task The_same_request_with_the_same_key_starts_one_execution_and_another_request_with_it_is_refused()
    {
        _started.Playbook("book", "workflow: [{step: only, tool: {kind: noop}}]");
        const string Request = $$"""{"playbook": "book", {{Team}}, "workload": {"a": 1} }""";
        var first = await PostAsync("/api/executions", Request, key: "k-1");
        await _started.FinishedAsync(Text(first.Answer, "name"));
        _started.DeletePlaybook("book", "team");
        var again = await PostAsync("/api/executions", Request, key: "k-1");

        Assert.Equal((HttpStatusCode.Created, Text(first.Answer, "execution_id")), (again.Status, Text(again.Answer, "execution_id")));
        var other = await PostAsync("/api/executions", $$"""{"playbook": "book", {{Team}}, "workload": {"a": 2} }""", key: "k-1");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Idempotency-Key"), (other.Status, Text(other.Answer, "field")));
        Assert.Single(_started.Executions());
    }

    [Theory]
    [InlineData("""{"playbook": "none", "namespace": "team"}""", 404, "playbook")]
    [InlineData("""{"playbook": "No Name/at all", "namespace": "team"}""", 404, "playbook")]
    [InlineData("""{"playbook": "broken", "namespace": "team"}""", 422, "playbook")]
    [InlineData("""{"playbook": "strict", "namespace": "team", "workload": {"n": "many"}}""", 422, "workload")]
    [InlineData("""{"playbook": "strict", "namespace": "team", "workload": [1]}""", 422, "workload")]
    [InlineData("""{"playbok": "strict"}""", 422, "playbok")]
    [InlineData("""{"namespace": "team"}""", 422, "playbook")]
    [InlineData("""{"playbook": "strict", "namespace": 5}""", 422, "namespace")]
    [InlineData("""["strict"]""", 422, "")]
    [InlineData("""{"playbook": """, 400, "")]
    [InlineData("""{"playbook": "strict", "playbook": "strict"}""", 400, "")]
    public async Task What_cannot_run_is_refused_and_nothing_is_created(string request, int expected, string field)
    {
        _started.Playbook("broken", "workflow: [{step: only, tool: {kind: nope}}]");
        _started.Playbook("strict", "workload: {n: 1}\nschema: {type: object, properties: {n: {type: integer}}}\nworkflow: [{step: only, tool: {kind: noop}}]");
        var (status, problem) = await PostAsync("/api/executions", request);
        Assert.Equal((expected, field), ((int)status, Text(problem, "field")));
        Assert.NotEmpty(Text(problem, "detail"));
        Assert.Empty(_started.Executions());
    }

    [Fact]
    public async Task A_workload_that_no_resource_can_hold_is_refused_with_the_way_out()
    {
        _started.Playbook("book", "workflow: [{step: only, tool: {kind: noop}}]");
        var (status, problem) = await PostAsync("/api/executions", $$"""{"playbook": "book", {{Team}}, "workload": {"text": "{{new string('x', 2 << 20)}}"} }""");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "workload"), (status, Text(problem, "field")));
        Assert.Contains("workloadFrom", Text(problem, "detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_execution_is_suspended_resumed_and_cancelled_by_patches_of_its_resource()
    {
        _started.Playbook("book", "workflow: [{step: wait, tool: {kind: http, url: 'http://example.invalid/'}}]");
        var (_, answer) = await PostAsync("/api/executions", $$"""{"playbook": "book", {{Team}} }""");
        var (id, name) = (Text(answer, "execution_id"), Text(answer, "name"));
        await PhaseAsync(name, "Running");

        Assert.Equal("suspended", await ControlAsync(id, "suspend"));
        await PhaseAsync(name, "Suspended");
        Assert.Equal("already_suspended", await ControlAsync(id, "suspend"));
        Assert.Equal("resumed", await ControlAsync(id, "resume"));
        await PhaseAsync(name, "Running");
        Assert.Equal("already_running", await ControlAsync(id, "resume"));
        Assert.Equal("cancelled", await ControlAsync(id, "cancel"));
        Assert.Equal(true, (bool?)_started.FindExecution(name)!["spec"]!["cancel"]);
        await PhaseAsync(name, "Cancelled");
        Assert.Equal("already_cancelled", await ControlAsync(id, "cancel"));
    }

    [Fact]
    public async Task Cancelling_tells_which_executions_below_it_end_too()
    {
        _started.Playbook("leaf", "workflow: [{step: wait, tool: {kind: http, url: 'http://example.invalid/'}}]");
        _started.Playbook("root", "workflow: [{step: below, tool: {kind: playbook, name: leaf}}]");
        var (_, answer) = await PostAsync("/api/executions", $$"""{"playbook": "root", {{Team}} }""");
        await OperatorUnderTest.UntilAsync("the child runs", () => _started.Children(Text(answer, "name")) is [var child] && OperatorUnderTest.Phase(child) == "Running");
        var below = (string?)_started.Children(Text(answer, "name"))[0]["status"]!["executionId"];

        using var response = await _client.PostAsync($"/api/executions/{Text(answer, "execution_id")}/cancel", content: null);
        var told = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal([Text(answer, "execution_id"), below], told.GetProperty("cancelled_executions").EnumerateArray().Select(one => one.GetString()));
        await PhaseAsync(Text(answer, "name"), "Cancelled");
    }

    [Theory]
    [InlineData("Origin", "http://elsewhere.example", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "null", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-origin", HttpStatusCode.NotFound)]
    public async Task Where_no_token_is_asked_for_a_page_of_another_site_cannot_steer(string header, string value, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/executions/4242/cancel");
        request.Headers.Add(header, value);
        using var response = await _client.SendAsync(request);
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task A_completed_execution_has_nothing_to_cancel_also_when_its_resource_is_gone()
    {
        _started.Playbook("book", "workflow: [{step: only, tool: {kind: noop}}]");
        var (_, answer) = await PostAsync("/api/executions", $$"""{"playbook": "book", {{Team}} }""");
        await _started.FinishedAsync(Text(answer, "name"));
        _started.DeleteExecution(Text(answer, "name"));
        Assert.Equal("already_completed", await ControlAsync(Text(answer, "execution_id"), "cancel"));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _started.DisposeAsync();
    }

    private Task PhaseAsync(string name, string phase) => OperatorUnderTest.UntilAsync($"{name} is {phase}", () => OperatorUnderTest.Phase(_started.FindExecution(name)) == phase);

    private async Task<string> ControlAsync(string id, string verb)
    {
        using var response = await _client.PostAsync($"/api/executions/{id}/{verb}", content: null);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return Text(await response.Content.ReadFromJsonAsync<JsonElement>(), "status");
    }

    private async Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(string path, string body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        using var response = await _client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    private static string Text(JsonElement element, string name) =>
        (element.TryGetProperty(name, out var value) ? value.GetString() : null) ?? throw new InvalidOperationException($"There is no {name} in {element}.");
}
