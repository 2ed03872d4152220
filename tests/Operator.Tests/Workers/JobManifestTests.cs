using System.Text.Json.Nodes;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Operator.Tests.Support;
using PlaybookOperator.Operator.Workers;
using PlaybookOperator.Operator.Yaml;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Workers;

public sealed class JobManifestTests
{
    private const string WithSecret = """
        secrets: [{name: TOKEN, secretKeyRef: {name: api, key: token}}]
        limits: {memory: 96Mi}
        workflow: [{step: fetch, timeout: 20s, retry: 3, tool: {kind: http, url: 'http://example.invalid/', auth: TOKEN}}]
        """;

    [Fact]
    public async Task The_pod_has_no_rights_to_lose()
    {
        var pod = Pod(await BuildAsync(WithSecret));
        Assert.Equal("Never", (string)pod["restartPolicy"]!);
        Assert.False((bool)pod["automountServiceAccountToken"]!);
        Assert.True((bool)pod["securityContext"]!["runAsNonRoot"]!);
        Assert.Equal("RuntimeDefault", (string)pod["securityContext"]!["seccompProfile"]!["type"]!);
        var container = pod["containers"]![0]!["securityContext"]!;
        Assert.False((bool)container["allowPrivilegeEscalation"]!);
        Assert.True((bool)container["readOnlyRootFilesystem"]!);
        Assert.Equal("""["ALL"]""", container["capabilities"]!["drop"]!.ToJsonString());
    }

    [Fact]
    public async Task Secrets_are_mounted_and_never_in_the_environment()
    {
        var pod = Pod(await BuildAsync(WithSecret));
        var env = pod["containers"]![0]!["env"]!.AsArray();
        Assert.All(env, variable => Assert.True(variable!["valueFrom"] is null && (string)variable["name"]! != "TOKEN"));
        var secret = Volume(pod, "secrets")["projected"]!["sources"]!.AsArray().Single()!["secret"]!;
        Assert.Equal("""{"name":"api","items":[{"key":"token","path":"TOKEN"}]}""", secret.ToJsonString());
    }

    [Fact]
    public async Task The_token_has_an_audience_of_its_own_and_an_expiry()
    {
        var token = Volume(Pod(await BuildAsync(WithSecret)), "token")["projected"]!["sources"]!.AsArray().Single()!["serviceAccountToken"]!;
        Assert.Equal(("playbooks.dev/worker", 3600), ((string)token["audience"]!, (int)token["expirationSeconds"]!));
    }

    [Fact]
    public async Task The_Job_belongs_to_its_execution_and_leaves_retries_to_the_operator()
    {
        var job = await BuildAsync(WithSecret);
        var owner = job["metadata"]!["ownerReferences"]!.AsArray().Single()!;
        Assert.Equal(("Execution", "nightly", "uid-1", true), ((string)owner["kind"]!, (string)owner["name"]!, (string)owner["uid"]!, (bool)owner["controller"]!));
        Assert.Equal((0, "team"), ((int)job["spec"]!["backoffLimit"]!, (string)job["metadata"]!["namespace"]!));
        Assert.Equal(3 * 20 + 600, (long)job["spec"]!["activeDeadlineSeconds"]!);
    }

    [Theory]
    [InlineData(WithSecret, "96Mi")]
    [InlineData(Engine.OneCall, "256Mi")]
    [InlineData("worker: {resources: {limits: {memory: 1Gi}}}\n" + Engine.OneCall, "1Gi")]
    public async Task There_is_always_a_memory_limit(string spec, string limit)
    {
        var container = Pod(await BuildAsync(spec))["containers"]![0]!;
        Assert.Equal(limit, (string)container["resources"]!["limits"]!["memory"]!);
    }

    [Theory]
    [InlineData("{}", "{limits: {memory: 128Mi}}")]
    [InlineData("{limits: {memory: 64Mi}}", "{limits: {memory: 64Mi}}")]
    [InlineData("{limits: {memory: 1Gi, cpu: 2}}", "{limits: {memory: 128Mi, cpu: 2}}")]
    [InlineData("{limits: {memory: 1073741824}}", "{limits: {memory: 128Mi}}")]
    [InlineData("{requests: {memory: 1Gi}}", "{requests: {memory: 128Mi}, limits: {memory: 128Mi}}")]
    [InlineData(null, "{requests: {cpu: 10m, memory: 64Mi}, limits: {memory: 128Mi}}")]
    public void No_pod_has_more_memory_than_the_operators_ceiling(string? written, string expected)
    {
        var limits = new PlanLimits { MemoryCeiling = "128Mi" };
        var resources = PodResources.Build(written is null ? null : YamlDocument.Parse(written), limits, new WorkerOptions());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(YamlDocument.Parse(expected).GetRawText()), resources), resources.ToJsonString());
    }

    [Fact]
    public async Task Labels_of_the_playbook_cannot_replace_those_that_find_the_Job()
    {
        var job = await BuildAsync("worker: {labels: {team: blue, playbooks.dev/execution-id: '1'}}\n" + Engine.OneCall);
        var labels = job["spec"]!["template"]!["metadata"]!["labels"]!;
        Assert.Equal("blue", (string)labels["team"]!);
        Assert.Equal((string)job["metadata"]!["labels"]!["playbooks.dev/execution-id"]!, (string)labels["playbooks.dev/execution-id"]!);
        Assert.NotEqual("1", (string)labels["playbooks.dev/execution-id"]!);
    }

    [Fact]
    public async Task A_pod_is_told_how_many_pools_of_connections_it_may_keep_and_how_long()
    {
        var job = await BuildAsync(Engine.OneCall, new WorkerOptions { ToolInstanceEntries = 200, ToolInstanceSeconds = 0 });
        var told = Pod(job)["containers"]![0]!["env"]!.AsArray().Where(variable => ((string)variable!["name"]!).Contains("TOOL_INSTANCE", StringComparison.Ordinal));
        Assert.Equal(["PLAYBOOK_TOOL_INSTANCE_ENTRIES=200", "PLAYBOOK_TOOL_INSTANCE_TTL=0s"], told.Select(variable => $"{variable!["name"]}={variable["value"]}"));
    }

    private static async Task<JsonObject> BuildAsync(string spec, WorkerOptions? options = null)
    {
        using var engine = new Engine();
        await engine.CreateAsync(spec);
        await engine.PassAsync();
        var order = Assert.Single(engine.Workers.Orders);
        return JobManifest.Build(order.Execution, order.Plan, order.State.Steps["fetch"], order.Deliveries[0], options ?? new WorkerOptions());
    }

    private static JsonNode Pod(JsonObject job) => job["spec"]!["template"]!["spec"]!;

    private static JsonNode Volume(JsonNode pod, string name) => pod["volumes"]!.AsArray().Single(volume => (string)volume!["name"]! == name)!;
}
