using System.Text.Json.Nodes;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Workers;

/// <summary>The Job controller is in no hurry after a pod has failed, and keeps that to itself; a pool must not wait for it.</summary>
[Collection(WholeOperator.Name)]
public sealed class PoolPodsTests : IAsyncLifetime
{
    private const string Pods = "/api/v1/namespaces/team/pods";
    private OperatorUnderTest _operator = null!;

    public async ValueTask InitializeAsync()
    {
        _operator = await OperatorUnderTest.StartAsync();
        _operator.Playbook("book", "workflow: [{step: walk, loop: {in: '{{ range(1000) }}', mode: async, maxParallel: 3, poolSize: 3, workers: pool}, tool: {kind: shell, cmds: 'sleep 1'}}]");
        _operator.Execution("run", "{playbook: book}");
        await OperatorUnderTest.UntilAsync("the pool has its Job", () => _operator.Jobs().Count == 1);
    }

    public ValueTask DisposeAsync() => _operator.DisposeAsync();

    [Fact]
    public async Task A_lost_pod_is_made_up_for_by_a_further_Job_while_the_former_one_keeps_the_others()
    {
        var job = _operator.Jobs()[0];
        Put(job, "a", "Running");
        Put(job, "b", "Running");
        Put(job, "c", "Failed");

        await OperatorUnderTest.UntilAsync("a further Job is made", () => _operator.Jobs().Count == 2);

        Assert.Equal([2, 1], _operator.Jobs().OrderBy(Fence).Select(Parallelism));
    }

    [Fact]
    public async Task A_Job_without_pods_gives_way_to_one_with_all_of_them()
    {
        var job = _operator.Jobs()[0];
        foreach (var name in (string[])["a", "b", "c"]) Put(job, name, "Failed");

        await OperatorUnderTest.UntilAsync("only its successor is there", () => _operator.Jobs() is [var only] && Fence(only) > 1 && Parallelism(only) == 3);
    }

    [Fact]
    public async Task Pods_that_are_still_to_be_made_are_not_lost()
    {
        Put(_operator.Jobs()[0], "a", "Running");

        _operator.Execution("run", "{playbook: book, overrides: {loops: {walk: {maxParallel: 2}}}}");
        await OperatorUnderTest.UntilAsync("there has been another pass", async () => await _operator.NumberAsync("SELECT count(*) FROM event WHERE event_type = 'execution.updated'") == 1);

        Assert.Equal([3], _operator.Jobs().Select(Parallelism));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_pod_had_that_has_failed_or_was_removed_goes_to_another_without_waiting_for_its_lease(bool removed)
    {
        using var client = new HttpClient { BaseAddress = _operator.Address };
        var (dead, alive) = (_operator.Pod(_operator.Jobs()[0]), _operator.Pod(_operator.Jobs()[0]));
        var (a, b) = (await OpenAsync(client, dead), await OpenAsync(client, alive));
        Assert.Equal(0, (await LeaseAsync(client, a, wants: 10))[0]);
        Assert.NotEqual(0, (await LeaseAsync(client, b, wants: 1))[0]);
        if (removed) _operator.Cluster.Delete(dead);
        else _operator.Cluster.SetStatus(dead, new JsonObject { ["phase"] = "Failed" });

        await OperatorUnderTest.UntilAsync("the other has the first iterations", async () =>
        {
            // Its words, as if they were on their way for ever, would keep its lease.
            await LeaseAsync(client, a, wants: 0);
            return (await LeaseAsync(client, b, wants: 1)).Contains(0);
        });
    }

    private async Task<string> OpenAsync(HttpClient client, string pod)
    {
        var answer = new JsonObject();
        await OperatorUnderTest.UntilAsync("the Job is known", async () =>
        {
            using var response = await client.PostAsync(new Uri("/worker/v1/session", UriKind.Relative), Json(new JsonObject { ["token"] = _operator.Cluster.TokenOf(pod) }));
            answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
            return response.IsSuccessStatusCode;
        });
        return (string)answer["session"]!;
    }

    /// <summary>The first index of each range that is leased.</summary>
    private static async Task<List<long>> LeaseAsync(HttpClient client, string session, int wants)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/worker/v1/lease") { Content = Json(new JsonObject { ["wants"] = wants }) };
        request.Headers.Authorization = new("Bearer", session);
        using var response = await client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return [.. JsonNode.Parse(await response.Content.ReadAsStringAsync())!["leased"]!.AsArray().Select(range => (long)range!["lo"]!)];
    }

    private static StringContent Json(JsonObject body) => new(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");

    private static int Fence(JsonObject job) => int.Parse((string)job["metadata"]!["labels"]!["playbooks.dev/fence"]!, System.Globalization.CultureInfo.InvariantCulture);

    private static int Parallelism(JsonObject job) => (int)job["spec"]!["parallelism"]!;

    private void Put(JsonObject job, string name, string phase) => _operator.Cluster.Put(Pods, new JsonObject
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = "team",
            ["labels"] = job["spec"]!["template"]!["metadata"]!["labels"]!.DeepClone(),
            ["ownerReferences"] = new JsonArray(new JsonObject
            {
                ["apiVersion"] = "batch/v1",
                ["kind"] = "Job",
                ["name"] = job["metadata"]!["name"]!.DeepClone(),
                ["uid"] = job["metadata"]!["uid"]!.DeepClone(),
                ["controller"] = true,
            }),
        },
        ["status"] = new JsonObject { ["phase"] = phase },
    });
}
