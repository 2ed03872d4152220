using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Workers;

/// <summary>Who gets a session: the pod that the Job controller made for a recorded Job, in the namespace of the execution, and nobody else.</summary>
[Collection(WholeOperator.Name)]
public sealed class SessionTests : IAsyncLifetime
{
    private OperatorUnderTest _operator = null!;
    private HttpClient _client = null!;
    private JsonObject _job = null!;

    public async ValueTask InitializeAsync()
    {
        _operator = await OperatorUnderTest.StartAsync(("Reviews:StrangersPerSecond", "1"));
        _client = new HttpClient { BaseAddress = _operator.Address };
        _operator.Playbook("book", "workflow: [{step: ask, tool: {kind: http, url: 'http://example.invalid/'}}]");
        _operator.Execution("run", "{playbook: book}");
        await OperatorUnderTest.UntilAsync("there is a Job", () => _operator.Jobs().Count == 1);
        _job = _operator.Jobs()[0];
        await OpenedAsync(_operator.Cluster.TokenOf(_operator.Pod(_job)));
    }

    [Fact]
    public async Task A_pod_of_another_namespace_that_names_the_Job_gets_no_session()
    {
        var forged = Pod("elsewhere", Owner());
        Assert.Equal(HttpStatusCode.Unauthorized, await OpenAsync(_operator.Cluster.TokenOf(forged)));
        Assert.Equal(1, await RefusedAsync("no_worker"));
    }

    [Fact]
    public async Task A_pod_of_a_Job_of_that_name_in_another_namespace_gets_no_session()
    {
        var twin = (JsonObject)_job.DeepClone();
        twin["metadata"]!["namespace"] = "elsewhere";
        _operator.Cluster.Put("/apis/batch/v1/namespaces/elsewhere/jobs", twin);
        var uid = (string?)_operator.Cluster.Get($"/apis/batch/v1/namespaces/elsewhere/jobs/{Name}")!["metadata"]!["uid"];
        Assert.Equal(HttpStatusCode.Unauthorized, await OpenAsync(_operator.Cluster.TokenOf(Pod("elsewhere", Owner()))));
        Assert.NotEqual(HttpStatusCode.OK, await OpenAsync(_operator.Cluster.TokenOf(Pod("elsewhere", Owner(uid: uid)))));
    }

    [Fact]
    public async Task A_Job_of_another_namespace_that_claims_to_be_of_the_execution_neither_ends_it_nor_counts_as_its_own()
    {
        var passes = await PassesAsync();
        var twin = (JsonObject)_job.DeepClone();
        twin["metadata"]!["namespace"] = "elsewhere";
        _operator.Cluster.Put("/apis/batch/v1/namespaces/elsewhere/jobs", twin);
        _operator.Cluster.SetStatus($"/apis/batch/v1/namespaces/elsewhere/jobs/{Name}", new JsonObject
        {
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Failed", ["status"] = "True" }),
        });
        await OperatorUnderTest.UntilAsync("its owner has been looked at", async () => await PassesAsync() > passes);
        _operator.Execution("run", "{playbook: book, ttlSecondsAfterFinished: 5}");
        await OperatorUnderTest.UntilAsync("the execution has been looked at", () => (long?)_operator.FindExecution("run")!["status"]?["observedGeneration"] == 2);

        Assert.Equal("Running", OperatorUnderTest.Phase(_operator.FindExecution("run")));
        Assert.Equal(Name, (string?)Assert.Single(_operator.Jobs())["metadata"]!["name"]);
    }

    [Fact]
    public async Task An_Execution_of_another_namespace_that_claims_to_be_a_child_neither_ends_the_parent_nor_reports_to_it()
    {
        _operator.Playbook("parent", "workflow: [{step: ask, tool: {kind: playbook, name: book}}]");
        _operator.Playbook("quick", "workflow: [{step: only, tool: {kind: transform, result: forged}}]", "elsewhere");
        _operator.Execution("above", "{playbook: parent}");
        await OperatorUnderTest.UntilAsync("there is a child", () => _operator.Children("above").Count == 1);
        var child = (JsonObject)_operator.Children("above")[0].DeepClone();
        child["metadata"]!["namespace"] = "elsewhere";
        child["spec"]!["playbook"] = "quick";
        child.Remove("status");
        _operator.Cluster.Put("/apis/playbooks.dev/v1alpha1/namespaces/elsewhere/executions", child);
        var name = (string)child["metadata"]!["name"]!;
        await OperatorUnderTest.UntilAsync("it has ended", () => OperatorUnderTest.Phase(_operator.FindExecution(name, "elsewhere")) == "Completed");
        _operator.Execution("above", "{playbook: parent, ttlSecondsAfterFinished: 5}");
        await OperatorUnderTest.UntilAsync("the parent has been looked at", () => (long?)_operator.FindExecution("above")!["status"]?["observedGeneration"] == 2);

        Assert.Equal("Running", OperatorUnderTest.Phase(_operator.FindExecution("above")));
        Assert.Equal(0, await _operator.NumberAsync("SELECT count(*) FROM execution WHERE namespace = 'elsewhere' AND parent_id IS NOT NULL"));
    }

    [Theory]
    [InlineData("name")]
    [InlineData("uid")]
    [InlineData("kind")]
    [InlineData("apiVersion")]
    [InlineData("controller")]
    public async Task A_pod_whose_owner_is_not_wholly_the_Job_gets_no_session(string other)
    {
        var owner = Owner();
        owner[other] = other == "controller" ? false : "other";
        Assert.Equal(HttpStatusCode.Unauthorized, await OpenAsync(_operator.Cluster.TokenOf(Pod("team", owner))));
        Assert.Equal(1, await RefusedAsync("no_worker"));
    }

    [Fact]
    public async Task A_pod_of_two_controllers_gets_no_session()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, await OpenAsync(_operator.Cluster.TokenOf(Pod("team", Owner(), Owner(uid: "other")))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("opaque")]
    [InlineData("a.b.c")]
    [InlineData("e30.e30.e30")]
    [InlineData("e30.bm90IGpzb24.e30")]
    [InlineData("e30.eyJhdWQiOiJwbGF5Ym9va3MuZGV2L3dvcmtlciIsImt1YmVybmV0ZXMuaW8iOjV9.e30")]
    public async Task What_is_no_token_of_a_pod_is_refused_without_a_review(string token)
    {
        var before = _operator.Cluster.Questions.Count;
        Assert.Equal(HttpStatusCode.Unauthorized, await OpenAsync(token));
        Assert.Equal((before, 1), (_operator.Cluster.Questions.Count, await RefusedAsync("malformed")));
    }

    [Fact]
    public async Task A_flood_of_invalid_tokens_is_turned_away_and_holds_up_no_pod()
    {
        var before = _operator.Cluster.Questions.Count;
        var flood = Enumerable.Range(0, 300).Select(number => OpenAsync(Forged($"pod-{number}"))).ToList();
        // Names a Job that exists, so it is asked out of the budget of workers.
        await OpenedAsync(_operator.Cluster.TokenOf(_operator.Pod(_job)));
        var answers = await Task.WhenAll(flood);

        Assert.True(answers.Count(answer => answer == HttpStatusCode.TooManyRequests) > 250, $"{answers.Count(answer => answer == HttpStatusCode.TooManyRequests)} were turned away.");
        Assert.DoesNotContain(answers, answer => answer is not (HttpStatusCode.TooManyRequests or HttpStatusCode.Unauthorized));
        Assert.InRange(_operator.Cluster.Questions.Count - before, 1, 50);
    }

    [Fact]
    public async Task A_token_that_was_refused_is_not_reviewed_again_at_once()
    {
        var before = _operator.Cluster.Questions.Count;
        for (var time = 0; time < 5; time++) Assert.Equal(HttpStatusCode.Unauthorized, await OpenAsync(Forged("pod")));
        Assert.Equal(1, _operator.Cluster.Questions.Count - before);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _operator.DisposeAsync();
    }

    private string Name => (string)_job["metadata"]!["name"]!;

    private static string Forged(string pod) =>
        ClusterStandIn.TokenOf(new JsonObject { ["metadata"] = new JsonObject { ["name"] = pod, ["namespace"] = "team" } }, "signed by nobody");

    private JsonObject Owner(string? uid = null) => new()
    {
        ["apiVersion"] = "batch/v1",
        ["kind"] = "Job",
        ["name"] = Name,
        ["uid"] = uid ?? (string?)_job["metadata"]!["uid"],
        ["controller"] = true,
    };

    private string Pod(string space, params JsonObject[] owners)
    {
        var collection = $"/api/v1/namespaces/{space}/pods";
        var name = $"{Name}-{Guid.NewGuid().ToString("N")[..5]}";
        var metadata = new JsonObject { ["name"] = name, ["namespace"] = space, ["ownerReferences"] = new JsonArray([.. owners]) };
        _operator.Cluster.Put(collection, new JsonObject { ["metadata"] = metadata });
        return $"{collection}/{name}";
    }

    private Task OpenedAsync(string token) =>
        OperatorUnderTest.UntilAsync("the pod has a session", async () => await OpenAsync(token) == HttpStatusCode.OK);

    private async Task<HttpStatusCode> OpenAsync(string token)
    {
        using var response = await _client.PostAsJsonAsync("/worker/v1/session", new { token });
        if (response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable) Assert.NotNull(response.Headers.RetryAfter);
        return response.StatusCode;
    }

    private Task<int> RefusedAsync(string reason) => CountAsync($"playbook_worker_sessions_refused_total{{reason=\"{reason}\"}}");

    private Task<int> PassesAsync() => CountAsync("controller_runtime_reconcile_total{controller=\"execution\",result=\"success\"}");

    private async Task<int> CountAsync(string series)
    {
        var line = (await _client.GetStringAsync("/metrics")).Split('\n').Single(line => line.StartsWith(series, StringComparison.Ordinal));
        return int.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
