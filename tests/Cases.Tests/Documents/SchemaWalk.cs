using System.Text.Json;
using PlaybookOperator.Cases.Tests.Support;
using PlaybookOperator.Operator.Yaml;

namespace PlaybookOperator.Cases.Tests.Documents;

/// <summary>Holds an object against the schema of its definition: no member that it does not know, none of another type.</summary>
internal static class SchemaWalk
{
    public static void Check(string kind, JsonElement value)
    {
        Assert.Equal(kind, value.GetProperty("kind").GetString());
        var file = Directory.EnumerateFiles(SourceTree.Path("crds"), "*.yaml").Single(one => Kind(one) == kind);
        var version = YamlDocument.Parse(File.ReadAllText(file)).GetProperty("spec").GetProperty("versions")[0];
        Assert.Equal($"playbooks.dev/{version.GetProperty("name").GetString()}", value.GetProperty("apiVersion").GetString());
        Walk(version.GetProperty("schema").GetProperty("openAPIV3Schema"), value, kind);
    }

    private static string? Kind(string file) => YamlDocument.Parse(File.ReadAllText(file)).GetProperty("spec").GetProperty("names").GetProperty("kind").GetString();

    private static void Walk(JsonElement schema, JsonElement value, string path)
    {
        if (schema.TryGetProperty("type", out var type)) Assert.True(Fits(type.GetString(), value), $"{path} is no {type}");
        if (value.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties", out var properties)) return;
        var keepsOthers = schema.TryGetProperty("x-kubernetes-preserve-unknown-fields", out _);
        foreach (var member in value.EnumerateObject())
        {
            if (properties.TryGetProperty(member.Name, out var known)) Walk(known, member.Value, $"{path}.{member.Name}");
            else Assert.True(keepsOthers, $"{path}.{member.Name} is not in the schema");
        }

        if (!schema.TryGetProperty("required", out var required)) return;
        foreach (var name in required.EnumerateArray()) Assert.True(value.TryGetProperty(name.GetString()!, out _), $"{path}.{name} is required");
    }

    private static bool Fits(string? type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => true,
    };
}
