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
