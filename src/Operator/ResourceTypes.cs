using System.Text.Json.Serialization;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Schema;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Playbooks;

namespace PlaybookOperator.Operator;

/// <summary>The kinds of the group <c>playbooks.dev</c>.</summary>
public static class ResourceTypes
{
    public const string Group = "playbooks.dev";
    public const string Version = "v1alpha1";

    public static ResourceType<Playbook> Playbooks { get; } =
        new(Group, Version, "playbooks", "Playbook", Namespaced: true, ResourceJson.Default.Playbook);

    public static ResourceType<Execution> Executions { get; } =
        new(Group, Version, "executions", "Execution", Namespaced: true, ResourceJson.Default.Execution);

    /// <summary>The definitions to install, by file name.</summary>
    public static IReadOnlyList<(string File, System.Text.Json.Nodes.JsonObject Definition)> Definitions() =>
    [
        ("executions.yaml", CrdGenerator.Generate(Executions, new CrdNames { ShortNames = ["exe"] })),
        ("playbooks.yaml", CrdGenerator.Generate(Playbooks, new CrdNames { ShortNames = ["pb"] })),
    ];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = DataLimits.ReadDepth)]
[JsonSerializable(typeof(Playbook))]
[JsonSerializable(typeof(Execution))]
public sealed partial class ResourceJson : JsonSerializerContext;
