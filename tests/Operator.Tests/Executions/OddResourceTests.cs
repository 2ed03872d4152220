using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Executions;

/// <summary>A resource that cannot be used says so itself, and holds up no other: while it is watched, after a restart, and once it is gone.</summary>
[Collection(WholeOperator.Name)]
public sealed class OddResourceTests : IAsyncLifetime
{
    private const string Group = "/apis/playbooks.dev/v1alpha1/namespaces/team";
    private OperatorUnderTest _operator = null!;

    public async ValueTask InitializeAsync()
    {
        _operator = await OperatorUnderTest.StartAsync(("Api:Auth", "none"));
        _operator.Playbook("book", "workflow: [{step: only, tool: {kind: noop}}]");
    }

    [Theory]
    [InlineData("workload", 65)]
    [InlineData("workload", 900)]
    [InlineData("limits", 100)]
    [InlineData("overrides", 100)]
    [InlineData("eventRetention", 100)]
    public async Task An_Execution_with_a_field_that_is_too_deep_fails_and_the_others_run(string field, int depth)
    {
        Put("executions", "deep", new JsonObject { ["playbook"] = "book", [field] = Nested(depth) });
        var deep = await _operator.FinishedAsync("deep");
        Assert.Equal("Failed", OperatorUnderTest.Phase(deep));
        Assert.StartsWith($"{field}.a.a.a", OperatorUnderTest.Message(deep), StringComparison.Ordinal);
        Assert.EndsWith("nests deeper than 64 levels.", OperatorUnderTest.Message(deep), StringComparison.Ordinal);
        await RunsAsync("after");

        await _operator.StopOperatorAsync();
        await _operator.StartOperatorAsync();
        await RunsAsync("after-restart");
        _operator.DeleteExecution("deep");
        await RunsAsync("after-deletion");
    }

    [Fact]
    public async Task An_Execution_whose_workload_has_all_levels_that_are_allowed_runs()
    {
        Put("executions", "deep", new JsonObject { ["playbook"] = "book", ["workload"] = Nested(64) });
        Assert.Equal("Completed", OperatorUnderTest.Phase(await _operator.FinishedAsync("deep")));
    }

    [Fact]
    public async Task An_Execution_that_does_not_fit_its_type_fails_and_the_others_run()
    {
        Put("executions", "odd", new JsonObject { ["playbook"] = "book", ["ttlSecondsAfterFinished"] = "soon" });
        var odd = await _operator.FinishedAsync("odd");
        Assert.Equal("Failed", OperatorUnderTest.Phase(odd));
        Assert.Contains("ttlSecondsAfterFinished", OperatorUnderTest.Message(odd), StringComparison.Ordinal);
        Assert.Contains(odd["status"]!["conditions"]!.AsArray(), condition => (string?)condition!["type"] == "Finished" && (string?)condition["status"] == "True");
        await RunsAsync("after");
    }

    [Theory]
    [InlineData(100)]
    [InlineData(900)]
    public async Task A_Playbook_that_is_too_deep_is_not_ready_and_names_the_field(int depth)
    {
        Put("playbooks", "deep", new JsonObject { ["workload"] = Nested(depth), ["workflow"] = new JsonArray(new JsonObject { ["step"] = "only" }) });
        await OperatorUnderTest.UntilAsync("it is judged", () => Ready("deep") is not null);
        Assert.Equal("False", (string?)Ready("deep")!["status"]);
        Assert.Contains("workload.a.a.a", (string?)Ready("deep")!["message"], StringComparison.Ordinal);
        _operator.Execution("run", "{playbook: deep}");
        Assert.Contains("nests deeper than", OperatorUnderTest.Message(await _operator.FinishedAsync("run")), StringComparison.Ordinal);
        await RunsAsync("after");
    }

    [Theory]
    [InlineData("/api/executions", "playbook", "workload", 65)]
    [InlineData("/api/run/playbook", "path", "args", 65)]
    [InlineData("/api/executions", "playbook", "workload", 5000)]
    public async Task The_API_refuses_a_workload_that_is_too_deep_and_names_the_field(string path, string playbook, string workload, int depth)
    {
        var nested = $"{string.Concat(Enumerable.Repeat("""{"a":""", depth - 1))}{{}}{new string('}', depth - 1)}";
        var (status, answer) = await PostAsync(path, $$"""{"{{playbook}}":"book","namespace":"team","{{workload}}":{{nested}} }""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.StartsWith($"{workload}.a.a.a", (string?)answer["field"], StringComparison.Ordinal);
        Assert.Equal("nests deeper than 64 levels.", (string?)answer["detail"]);
        Assert.Empty(_operator.Executions());
    }

    [Fact]
    public async Task Half_a_surrogate_pair_in_a_body_becomes_the_replacement_character()
    {
        var (status, answer) = await PostAsync("/api/executions", """{"playbook":"book","namespace":"team","workload":{"\ud800":"\udc00x"} }""");
        Assert.Equal(HttpStatusCode.Created, status);
        var made = _operator.FindExecution((string)answer["name"]!)!;
        Assert.Equal("\uFFFDx", (string?)made["spec"]!["workload"]!["\uFFFD"]);
        Assert.Equal("Completed", OperatorUnderTest.Phase(await _operator.FinishedAsync((string)answer["name"]!)));
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync("/api/executions", """{"playbook":"\ud800","namespace":"team"}""")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync("/api/executions", """{"\ud800":1}""")).Status);
    }

    [Theory]
    [InlineData("\"playbook\":\"book\"}\u00e9", HttpStatusCode.BadRequest)]
    public async Task A_body_that_is_not_UTF_8_is_refused(string rest, HttpStatusCode expected)
    {
        using var client = new HttpClient { BaseAddress = _operator.Address };
        using var response = await client.PostAsync("/api/executions", new ByteArrayContent(Encoding.Latin1.GetBytes($"{{{rest}")));
        Assert.Equal(expected, response.StatusCode);
    }

    public ValueTask DisposeAsync() => _operator.DisposeAsync();

    private static JsonObject Nested(int depth)
    {
        var value = new JsonObject();
        for (var level = 1; level < depth; level++) value = new JsonObject { ["a"] = value };
        return value;
    }

    private void Put(string plural, string name, JsonObject spec) => _operator.Cluster.Put($"{Group}/{plural}", new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "team" },
        ["spec"] = spec,
    });

    private JsonNode? Ready(string playbook) => _operator.FindPlaybook(playbook)?["status"]?["conditions"]?[0];

    private async Task RunsAsync(string name)
    {
        _operator.Execution(name, "{playbook: book}");
        Assert.Equal("Completed", OperatorUnderTest.Phase(await _operator.FinishedAsync(name)));
    }

    private async Task<(HttpStatusCode Status, JsonObject Answer)> PostAsync(string path, string body)
    {
        using var client = new HttpClient { BaseAddress = _operator.Address };
        var (status, answer) = (HttpStatusCode.ServiceUnavailable, new JsonObject());
        await OperatorUnderTest.UntilAsync("the operator is ready", async () =>
        {
            using var response = await client.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
            (status, answer) = (response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonObject>())!);
            return status != HttpStatusCode.ServiceUnavailable;
        });
        return (status, answer);
    }
}
