using System.Text.Json;

namespace PlaybookOperator.Cluster.Tests;

/// <summary>
/// What the chart gives for the values that people set: rendered with Go's templates and sprig, looked at document by document, and taken by the
/// real API server in a dry run.
/// </summary>
public sealed class ChartTests
{
    private const string Namespace = "playbook-system";

    [Theory]
    [InlineData("")]
    [InlineData("-set replicas=2 -set leaderElection.leaseSeconds=30")]
    [InlineData("-set database.existingSecret=mine -set postgres.enabled=false")]
    [InlineData("-set postgres.persistence.enabled=false -set fullnameOverride=loops")]
    [InlineData("-set rbac.create=false -set serviceAccount.create=false -set serviceAccount.name=given")]
    public async Task The_api_server_takes_what_the_chart_renders(string values)
    {
        var manifests = await RenderAsync(values);

        var answer = await Cluster.KubectlAsync("apply --dry-run=server --server-side --force-conflicts --field-manager chart-test -f - -o name", manifests);

        Assert.Contains("deployment.apps/", answer, StringComparison.Ordinal);
        Assert.Equal(values.Contains("existingSecret", StringComparison.Ordinal), !answer.Contains("statefulset.apps/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_defaults_install_one_confined_operator_with_a_database_for_evaluation()
    {
        var documents = await DocumentsAsync("");

        Assert.Equal(
            ["ClusterRole", "ClusterRole", "ClusterRole", "ClusterRoleBinding", "Deployment", "Role", "RoleBinding", "Secret", "Service", "Service", "ServiceAccount", "StatefulSet"],
            documents.Select(Kind).Where(kind => kind is not "NetworkPolicy").Order(StringComparer.Ordinal));
        var container = documents.Single(document => Kind(document) == "Deployment").GetProperty("spec").GetProperty("template").GetProperty("spec").GetProperty("containers")[0];
        var security = container.GetProperty("securityContext");
        Assert.True(security.GetProperty("readOnlyRootFilesystem").GetBoolean());
        Assert.False(security.GetProperty("allowPrivilegeEscalation").GetBoolean());
        Assert.Equal("ALL", security.GetProperty("capabilities").GetProperty("drop")[0].GetString());
        Assert.Equal("/livez", container.GetProperty("livenessProbe").GetProperty("httpGet").GetProperty("path").GetString());
        Assert.Equal("/readyz", container.GetProperty("readinessProbe").GetProperty("httpGet").GetProperty("path").GetString());
    }

    [Fact]
    public async Task With_a_namespace_of_its_own_it_may_only_ask_outside_who_calls_and_which_cluster_it_is()
    {
        var documents = await DocumentsAsync("-set watchNamespaces={team} -set rbac.aggregate=false");

        var clusterRole = Assert.Single(documents, document => Kind(document) == "ClusterRole");
        var rules = clusterRole.GetProperty("rules").EnumerateArray()
            .Select(rule => $"{string.Join(',', rule.GetProperty("verbs").EnumerateArray())} {string.Join(',', rule.GetProperty("resources").EnumerateArray())}");
        Assert.Equal(["create subjectaccessreviews", "create tokenreviews", "get namespaces"], rules.Order(StringComparer.Ordinal));
        Assert.Contains(documents, document => Kind(document) == "Role" && document.GetProperty("metadata").GetProperty("namespace").GetString() == "team");
    }

    [Theory]
    [InlineData("-set replicas=many", "replicas")]
    [InlineData("-set replcas=2", "replcas")]
    [InlineData("-set api.auth=nobody", "auth")]
    [InlineData("-set limits.maxParallel=0", "maxParallel")]
    public async Task A_wrong_value_is_refused_by_name(string values, string named)
    {
        var (code, _, error) = await Cluster.RunAsync("bash", $"hack/chart/render.sh -namespace {Namespace} {values}");

        Assert.NotEqual(0, code);
        Assert.Contains(named, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chart_kustomize_configuration_and_generated_CRDs_agree()
    {
        var (code, output, error) = await Cluster.RunAsync("bash", "hack/chart/sync.sh --check");

        Assert.True(code == 0, output + error);
    }

    [Fact]
    public async Task Kustomize_gives_what_the_api_server_takes()
    {
        var manifests = await Cluster.KubectlAsync("kustomize config/default");

        var answer = await Cluster.KubectlAsync("apply --dry-run=server --server-side --force-conflicts --field-manager chart-test -f - -o name", manifests);

        Assert.Contains("deployment.apps/playbook-operator", answer, StringComparison.Ordinal);
        Assert.Contains("customresourcedefinition.apiextensions.k8s.io/executions.playbooks.dev", answer, StringComparison.Ordinal);
    }

    private static async Task<string> RenderAsync(string values)
    {
        var (code, output, error) = await Cluster.RunAsync("bash", $"hack/chart/render.sh -namespace {Namespace} {values}");
        Assert.True(code == 0, error);
        return output;
    }

    /// <summary>The rendered documents, as the API server's own client reads them.</summary>
    private static async Task<List<JsonElement>> DocumentsAsync(string values)
    {
        var json = await Cluster.KubectlAsync("create --dry-run=client --validate=false -f - -o json", await RenderAsync(values));
        // kubectl prints one object after the other, not a list.
        var documents = new List<JsonElement>();
        var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(json), new JsonReaderOptions { AllowMultipleValues = true });
        while (reader.Read()) documents.Add(JsonElement.ParseValue(ref reader));
        return documents.Count == 1 && Kind(documents[0]) == "List" ? [.. documents[0].GetProperty("items").EnumerateArray()] : documents;
    }

    private static string Kind(JsonElement document) => document.GetProperty("kind").GetString()!;
}
