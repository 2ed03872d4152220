using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace PlaybookOperator.Cluster.Tests;

/// <summary>The API on a real cluster: real tokens, real access reviews, real pods.</summary>
public sealed class ExecutionApiTests
{
    private const string Loop = """
          workflow:
          - step: walk
            loop: {in: "{{ range(30) }}", iterator: item, mode: async, maxParallel: 2, poolSize: 1, workers: pool}
            tool: {kind: transform, result: "{{ item }}"}

        """;

    [Fact]
    public async Task A_playbook_is_started_and_followed_to_its_end_by_a_user_who_may_edit()
    {
        var name = $"api-{Guid.NewGuid().ToString("N")[..8]}";
        await PlaybookAsync(name, Loop);
        await using var user = await ApiUser.CreateAsync("edit");

        using var started = await user.Client.PostAsJsonAsync("/api/executions", new { playbook = name, @namespace = Cluster.Samples }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, started.StatusCode);
        var answer = await started.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        var (id, execution) = (answer.GetProperty("execution_id").GetString(), answer.GetProperty("name").GetString()!);
        var events = await FollowAsync(user.Client, $"/api/executions/{id}/events/stream");

        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(happened => happened.GetProperty("event_id").GetInt32()));
        Assert.Equal(("playbook.completed", 30), (events[^1].GetProperty("event_type").GetString(), events.Count(happened => happened.GetProperty("event_type").GetString() == "iteration.completed")));
        Assert.Equal(id, (await Cluster.FinishedAsync(execution)).GetProperty("executionId").GetString());
        var rows = await user.Client.GetFromJsonAsync<JsonElement>($"/api/executions/{id}/iterations?status=completed&limit=500", TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, 30), rows.GetProperty("iterations").EnumerateArray().Select(row => row.GetProperty("result").GetInt32()));
        await Cluster.KubectlAsync($"-n {Cluster.Samples} delete execution {execution}");
        await Cluster.KubectlAsync($"-n {Cluster.Samples} delete playbook {name}");
    }

    [Fact]
    public async Task A_user_who_may_only_look_can_neither_start_nor_cancel()
    {
        var name = $"api-{Guid.NewGuid().ToString("N")[..8]}";
        await PlaybookAsync(name, "  workflow:\n  - step: only\n    tool: {kind: noop}\n");
        await using var user = await ApiUser.CreateAsync("view");
        using var refused = await user.Client.PostAsJsonAsync("/api/executions", new { playbook = name, @namespace = Cluster.Samples }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);

        await using var editor = await ApiUser.CreateAsync("edit");
        using var started = await editor.Client.PostAsJsonAsync("/api/executions", new { playbook = name, @namespace = Cluster.Samples }, TestContext.Current.CancellationToken);
        var answer = await started.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        var id = answer.GetProperty("execution_id").GetString();
        Assert.Equal(HttpStatusCode.OK, (await user.Client.GetAsync($"/api/executions/{id}/state", TestContext.Current.CancellationToken)).StatusCode);
        using var cancel = await user.Client.PostAsync($"/api/executions/{id}/cancel", content: null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, cancel.StatusCode);
        await Cluster.KubectlAsync($"-n {Cluster.Samples} delete execution {answer.GetProperty("name").GetString()}");
        await Cluster.KubectlAsync($"-n {Cluster.Samples} delete playbook {name}");
    }

    /// <summary>What a stream brings until it closes.</summary>
    private static async Task<List<JsonElement>> FollowAsync(HttpClient client, string path)
    {
        using var reader = new StreamReader(await client.GetStreamAsync(path, TestContext.Current.CancellationToken));
        var events = new List<JsonElement>();
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            if (line.StartsWith("data: ", StringComparison.Ordinal)) events.Add(JsonElement.Parse(line["data: ".Length..]));
        return events;
    }

    private static async Task PlaybookAsync(string name, string spec) => await Cluster.KubectlAsync(
        $"-n {Cluster.Samples} apply -f -", $"apiVersion: playbooks.dev/v1alpha1\nkind: Playbook\nmetadata: {{name: {name}}}\nspec:\n{spec}");
}
