using System.Text.Json.Nodes;
using PlaybookOperator.Operator.Tests.Support;
using PlaybookOperator.Operator.Workers;
using PlaybookOperator.Operator.Workers.Containers;
using PlaybookOperator.Tools.Container;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Workers.Containers;

public sealed class ContainerManifestTests
{
    private const string Spec = """
        secrets: [{name: TOKEN, secretKeyRef: {name: api, key: token}}]
        worker: {nodeSelector: {disk: ssd}, labels: {team: blue}, serviceAccountName: workers}
        workflow: [{step: fetch, tool: {kind: container, image: busybox, env: {T: '{{ secret.TOKEN }}'}}}]
        """;

    private static readonly ContainerRequest s_request = new()
    {
        Image = "busybox:1",
        Command = ["sh", "-c"],
        Environment = [KeyValuePair.Create("ID", "7")],
        Timeout = TimeSpan.FromSeconds(30.5),
    };

    private static async Task<JsonObject> BuildAsync(ContainerRequest request, string spec = Spec)
    {
        using var engine = new Engine();
        await engine.CreateAsync(spec);
        await engine.PassAsync();
        var order = Assert.Single(engine.Workers.Orders);
        return ContainerManifest.Build(
            order.Execution, order.Plan, order.State.Steps.Values.Single(), order.Deliveries[0], request, new WorkerOptions(), new ContainerOptions());
    }

    private static JsonNode Pod(JsonObject job) => job["spec"]!["template"]!["spec"]!;

    [Fact]
    public async Task The_pod_is_the_image_alone_and_has_no_rights()
    {
        var job = await BuildAsync(s_request, Spec.Replace("{{ secret.TOKEN }}", "x", StringComparison.Ordinal).Replace("secrets: [{name: TOKEN, secretKeyRef: {name: api, key: token}}]", "", StringComparison.Ordinal));
        var pod = Pod(job);
        var container = Assert.Single(pod["containers"]!.AsArray())!;
        Assert.Equal(("busybox:1", """["sh","-c"]"""), ((string)container["image"]!, container["command"]!.ToJsonString()));
        Assert.Null(container["args"]);
        Assert.False((bool)pod["automountServiceAccountToken"]!);
        Assert.Null(pod["serviceAccountName"]);
        Assert.Null(pod["volumes"]);
        Assert.Null(job["metadata"]!["labels"]!["playbooks.dev/masked"]);
        Assert.Equal("RuntimeDefault", (string)pod["securityContext"]!["seccompProfile"]!["type"]!);
        Assert.False((bool)container["securityContext"]!["allowPrivilegeEscalation"]!);
        Assert.Equal("""["ALL"]""", container["securityContext"]!["capabilities"]!["drop"]!.ToJsonString());
        Assert.Equal("256Mi", (string)container["resources"]!["limits"]!["memory"]!);
    }

    [Fact]
    public async Task A_secret_is_a_reference_that_Kubernetes_resolves()
    {
        var env = Pod(await BuildAsync(s_request))["containers"]![0]!["env"]!;
        Assert.Equal("""[{"name":"ID","value":"7"},{"name":"T","valueFrom":{"secretKeyRef":{"name":"api","key":"token"}}}]""", env.ToJsonString());
    }

    [Theory]
    [InlineData("{{ secret.TOKEN }}")]
    [InlineData("no secret")]
    public async Task A_worker_that_masks_is_beside_each_container_of_a_playbook_with_secrets_and_has_all_of_them_mounted(string variable)
    {
        var spec = Spec.Replace("secrets: [", "secrets: [{name: OTHER, secretKeyRef: {name: o, key: k}}, ", StringComparison.Ordinal).Replace("{{ secret.TOKEN }}", variable, StringComparison.Ordinal);
        var job = await BuildAsync(s_request, spec);
        var pod = Pod(job);
        Assert.Equal("true", (string)job["metadata"]!["labels"]!["playbooks.dev/masked"]!);
        Assert.Equal(["main", "mask"], pod["containers"]!.AsArray().Select(container => (string)container!["name"]!));
        var (main, mask) = (pod["containers"]![0]!, pod["containers"]![1]!);
        Assert.Null(main["volumeMounts"]);
        Assert.Null(main["securityContext"]!["runAsUser"]);
        Assert.Equal((65532, true), ((int)mask["securityContext"]!["runAsUser"]!, (bool)mask["securityContext"]!["readOnlyRootFilesystem"]!));
        Assert.Equal("metadata.name", (string)mask["env"]!.AsArray().Single(variable => (string)variable!["name"]! == "PLAYBOOK_MASKED_POD")!["valueFrom"]!["fieldRef"]!["fieldPath"]!);
        var mounted = pod["volumes"]!.AsArray().Single(volume => (string)volume!["name"]! == "secrets")!["projected"]!["sources"]!;
        Assert.Equal(
            """[{"secret":{"name":"o","items":[{"key":"k","path":"OTHER"}]}},{"secret":{"name":"api","items":[{"key":"token","path":"TOKEN"}]}}]""", mounted.ToJsonString());
    }

    [Fact]
    public async Task The_pods_deadline_is_the_timeout_and_the_Jobs_leaves_time_for_the_pull()
    {
        var job = await BuildAsync(s_request);
        Assert.Equal((31, 31 + 60 + 60, 0), ((long)Pod(job)["activeDeadlineSeconds"]!, (long)job["spec"]!["activeDeadlineSeconds"]!, (int)job["spec"]!["backoffLimit"]!));
        Assert.Equal(3600, (long)Pod(await BuildAsync(s_request with { Timeout = null }))["activeDeadlineSeconds"]!);
    }

    [Fact]
    public async Task An_account_that_the_step_names_is_used_with_its_token()
    {
        var pod = Pod(await BuildAsync(s_request with { ServiceAccount = "reader" }));
        Assert.Equal(("reader", true), ((string)pod["serviceAccountName"]!, (bool)pod["automountServiceAccountToken"]!));
    }

    [Fact]
    public async Task Placement_and_labels_are_those_of_the_playbook_and_the_operator_finds_its_own()
    {
        var job = await BuildAsync(s_request);
        Assert.Equal("ssd", (string)Pod(job)["nodeSelector"]!["disk"]!);
        var labels = job["spec"]!["template"]!["metadata"]!["labels"]!;
        Assert.Equal(("blue", "container"), ((string)labels["team"]!, (string)labels["playbooks.dev/tool"]!));
    }
}
