using System.Text.Json.Nodes;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Kubernetes.Schema;

/// <summary>
/// Makes a CustomResourceDefinition (apiextensions.k8s.io/v1) out of a kind's C# type: members from its JSON contract, the rest
/// from the attributes of this folder and <see cref="System.ComponentModel.DescriptionAttribute"/>. The result is the same on
/// every run, and applies to every Kubernetes since 1.16: it holds no validation rules.
/// </summary>
public static class CrdGenerator
{
    private static readonly string[] Envelope = ["apiVersion", "kind", "metadata"];

    /// <summary>The definition, with one version, stored and served, and a status subresource when the type has a status.</summary>
    /// <exception cref="InvalidOperationException">A member has no schema; the message names its type.</exception>
    public static JsonObject Generate<T>(ResourceType<T> type, CrdNames names)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(names);
        return new JsonObject
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new JsonObject { ["name"] = type.QualifiedName },
            ["spec"] = new JsonObject
            {
                ["group"] = type.Group,
                ["names"] = Names(type, names),
                ["scope"] = type.Namespaced ? "Namespaced" : "Cluster",
                ["versions"] = new JsonArray(Version(type)),
            },
        };
    }

    private static JsonObject Names<T>(ResourceType<T> type, CrdNames names)
        where T : class, IKubernetesObject
    {
        var result = new JsonObject
        {
            ["kind"] = type.Kind,
            ["listKind"] = $"{type.Kind}List",
            ["plural"] = type.Plural,
            ["singular"] = type.Kind.ToLowerInvariant(),
        };
        if (names.ShortNames.Count > 0) result["shortNames"] = Texts(names.ShortNames);
        if (names.Categories.Count > 0) result["categories"] = Texts(names.Categories);
        return result;
    }

    private static JsonObject Version<T>(ResourceType<T> type)
        where T : class, IKubernetesObject
    {
        var schema = Schema(type);
        var version = new JsonObject
        {
            ["name"] = type.Version,
            ["served"] = true,
            ["storage"] = true,
            ["schema"] = new JsonObject { ["openAPIV3Schema"] = schema },
        };
        if (schema["properties"]!["status"] is not null) version["subresources"] = new JsonObject { ["status"] = new JsonObject() };
        var columns = Columns(typeof(T));
        if (columns.Count > 0) version["additionalPrinterColumns"] = columns;
        return version;
    }

    private static JsonObject Schema<T>(ResourceType<T> type)
        where T : class, IKubernetesObject
    {
        var writer = new SchemaWriter(type.Json.Options);
        var members = new JsonObject
        {
            ["apiVersion"] = new JsonObject { ["type"] = "string" },
            ["kind"] = new JsonObject { ["type"] = "string" },
            // The server allows no more about metadata here than its type.
            ["metadata"] = new JsonObject { ["type"] = "object" },
        };
        var required = new JsonArray();
        foreach (var member in SchemaWriter.Members(type.Json).Where(member => !Envelope.Contains(member.Name)))
        {
            members[member.Name] = writer.DescribeMember(member);
            if (member.IsRequired) required.Add((JsonNode)member.Name);
        }

        var schema = new JsonObject { ["type"] = "object" };
        if (SchemaWriter.Description(typeof(T)) is { } description) schema["description"] = description;
        schema["properties"] = members;
        if (required.Count > 0) schema["required"] = required;
        return schema;
    }

    private static JsonArray Columns(Type type)
    {
        var columns = new JsonArray();
        foreach (var column in type.GetCustomAttributes(typeof(PrinterColumnAttribute), inherit: false).OfType<PrinterColumnAttribute>())
        {
            var entry = new JsonObject { ["name"] = column.Name, ["type"] = column.Type, ["jsonPath"] = column.JsonPath };
            if (column.Priority > 0) entry["priority"] = column.Priority;
            columns.Add((JsonNode)entry);
        }

        return columns;
    }

    private static JsonArray Texts(IEnumerable<string> values) => [.. values.Select(value => (JsonNode?)value)];
}
