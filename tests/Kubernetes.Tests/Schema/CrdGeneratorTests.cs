using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Schema;
using Xunit;

namespace PlaybookOperator.Kubernetes.Tests.Schema;

public sealed class CrdGeneratorTests
{
    private static readonly CrdNames Names = new() { ShortNames = ["wd"], Categories = ["all"] };
    private readonly JsonObject _crd = CrdGenerator.Generate(Widget.Type, Names);

    private JsonNode Version => _crd["spec"]!["versions"]![0]!;

    private JsonNode Spec => Version["schema"]!["openAPIV3Schema"]!["properties"]!["spec"]!;

    [Fact]
    public void The_same_types_always_give_the_same_text()
    {
        Assert.Equal(_crd.ToJsonString(), CrdGenerator.Generate(Widget.Type, Names).ToJsonString());
    }

    [Fact]
    public void Names_scope_and_subresource_are_said()
    {
        Assert.Equal("widgets.tests.dev", (string?)_crd["metadata"]!["name"]);
        AssertJson(
            """{"kind":"Widget","listKind":"WidgetList","plural":"widgets","singular":"widget","shortNames":["wd"],"categories":["all"]}""",
            _crd["spec"]!["names"]);
        Assert.Equal("Namespaced", (string?)_crd["spec"]!["scope"]);
        AssertJson("""{"status":{}}""", Version["subresources"]);
    }

    [Fact]
    public void Columns_keep_their_order_and_priority()
    {
        AssertJson(
            """
            [{"name":"SIZE","type":"integer","jsonPath":".spec.size"},{"name":"AGE","type":"date","jsonPath":".metadata.creationTimestamp"},
             {"name":"NOTE","type":"string","jsonPath":".status.note","priority":1}]
            """,
            Version["additionalPrinterColumns"]);
    }

    [Fact]
    public void Numbers_have_their_range_and_description()
    {
        AssertJson(
            """{"type":"integer","format":"int32","minimum":1,"maximum":10.5,"description":"How large it is."}""", Spec["properties"]!["size"]);
        AssertJson("""["size"]""", Spec["required"]);
    }

    [Fact]
    public void Closed_sets_are_enumerated()
    {
        AssertJson("""{"type":"string","enum":["red","blue"]}""", Spec["properties"]!["colour"]);
        AssertJson("""{"type":"string","enum":["Fast","Careful"]}""", Spec["properties"]!["mode"]);
    }

    [Fact]
    public void Free_values_are_kept_and_not_described()
    {
        AssertJson("""{"type":"object","x-kubernetes-preserve-unknown-fields":true}""", Spec["properties"]!["free"]);
        AssertJson("""{"x-kubernetes-preserve-unknown-fields":true}""", Spec["properties"]!["anything"]);
        AssertJson("""{"type":"array","items":{"x-kubernetes-preserve-unknown-fields":true}}""", Spec["properties"]!["steps"]);
        AssertJson("""{"x-kubernetes-int-or-string":true}""", Spec["properties"]!["limit"]);
    }

    [Fact]
    public void Lists_and_maps_describe_their_elements()
    {
        AssertJson(
            """
            {"type":"array","items":{"type":"object","properties":{"name":{"type":"string","pattern":"^[a-z]+$","minLength":1}},
            "x-kubernetes-preserve-unknown-fields":true}}
            """,
            Spec["properties"]!["parts"]);
        AssertJson("""{"type":"object","additionalProperties":{"type":"string"}}""", Spec["properties"]!["tags"]);
        AssertJson("""{"type":"object","additionalProperties":{"x-kubernetes-preserve-unknown-fields":true}}""", Spec["properties"]!["extras"]);
    }

    [Fact]
    public void Conditions_are_a_list_by_type_with_times()
    {
        var conditions = Version["schema"]!["openAPIV3Schema"]!["properties"]!["status"]!["properties"]!["conditions"]!;
        AssertJson("""["type"]""", conditions["x-kubernetes-list-map-keys"]);
        AssertJson("""{"type":"string","format":"date-time"}""", conditions["items"]!["properties"]!["lastTransitionTime"]);
        AssertJson("""["status","type"]""", conditions["items"]!["required"]);
    }

    [Fact]
    public void Computed_and_ignored_members_are_left_out()
    {
        Assert.Null(Spec["properties"]!["isLarge"]);
        AssertJson(
            """["anything","colour","extras","free","limit","mode","parts","size","steps","tags"]""",
            new JsonArray([.. Spec["properties"]!.AsObject().Select(member => (JsonNode?)member.Key)]));
    }

    [Fact]
    public void Metadata_is_said_to_be_an_object_and_no_more()
    {
        AssertJson("""{"type":"object"}""", Version["schema"]!["openAPIV3Schema"]!["properties"]!["metadata"]);
    }

    [Fact]
    public void Every_node_is_structural_and_without_rules()
    {
        Walk(Version["schema"]!["openAPIV3Schema"]!);
        Assert.DoesNotContain("x-kubernetes-validations", _crd.ToJsonString(), StringComparison.Ordinal);

        static void Walk(JsonNode node)
        {
            var untyped = node["x-kubernetes-preserve-unknown-fields"] is not null || node["x-kubernetes-int-or-string"] is not null;
            Assert.True(untyped || node["type"] is not null, node.ToJsonString());
            foreach (var (_, member) in node["properties"]?.AsObject() ?? []) Walk(member!);
            if (node["items"] is { } items) Walk(items);
            if (node["additionalProperties"] is { } values) Walk(values);
        }
    }

    [Fact]
    public void A_type_that_contains_itself_is_refused_by_name()
    {
        var exception = Assert.Throws<InvalidOperationException>(
            () => CrdGenerator.Generate(new ResourceType<Tree>("t", "v1", "trees", "Tree", true, OddJson.Default.Tree), new CrdNames()));
        Assert.StartsWith("Branch contains itself", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_without_schema_is_refused_by_name()
    {
        var exception = Assert.Throws<InvalidOperationException>(
            () => CrdGenerator.Generate(new ResourceType<Clock>("t", "v1", "clocks", "Clock", true, OddJson.Default.Clock), new CrdNames()));
        Assert.StartsWith("TimeSpan has no schema", exception.Message, StringComparison.Ordinal);
    }

    private static void AssertJson(string expected, JsonNode? actual) =>
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), actual?.ToJsonString());
}

public sealed record Tree(ObjectMeta Metadata, Branch? Spec) : IKubernetesObject;

public sealed record Branch(IReadOnlyList<Branch>? Branches);

public sealed record Clock(ObjectMeta Metadata, TimeSpan Spec) : IKubernetesObject;

[JsonSerializable(typeof(Tree))]
[JsonSerializable(typeof(Clock))]
public sealed partial class OddJson : JsonSerializerContext;
