using System.Security.Cryptography;
using System.Text.Json;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>A playbook as it stands in a file or a custom resource.</summary>
/// <param name="Name"><c>metadata.name</c>, else <c>metadata.path</c>, else <c>playbook</c>.</param>
/// <param name="Path"><c>metadata.path</c>, else the name.</param>
/// <param name="Spec">The map with <c>workflow</c> in it.</param>
/// <param name="SpecPath">Where it stands in the document: <c>spec</c>, or empty for a bare document.</param>
public sealed record PlaybookDocument(string Name, string Path, JsonElement Spec, string SpecPath)
{
    private static readonly string[] s_envelope = ["apiVersion", "api_version", "kind", "metadata", "name", "path", "status"];

    /// <summary>Accepts a resource (<c>spec.workflow</c>) and a bare document (<c>workflow</c> at the root). Null, and a problem, when it is neither.</summary>
    public static PlaybookDocument? Read(JsonElement root, List<Problem> problems)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            problems.Add(new Problem(ProblemSeverity.Error, "", $"A playbook is a map with kind: Playbook, not {FieldReader.Describe(root)}."));
            return null;
        }

        if (root.TryGetProperty("kind", out var kind) && (kind.ValueKind != JsonValueKind.String || !kind.ValueEquals("Playbook")))
        {
            problems.Add(new Problem(ProblemSeverity.Error, "kind", $"must be Playbook, not {FieldReader.Describe(kind)}."));
            return null;
        }

        var path = Text(root, "metadata", "path") ?? Text(root, "path");
        var name = Text(root, "metadata", "name") ?? Text(root, "name") ?? path ?? "playbook";
        var isBare = !root.TryGetProperty("spec", out var spec);
        return new PlaybookDocument(name, path ?? name, isBare ? WithoutEnvelope(root) : spec, isBare ? "" : "spec");
    }

    /// <summary>SHA-256 in hex over the canonical JSON of a spec: members in ordinal order, no white space.</summary>
    public static string Digest(JsonElement spec)
    {
        var canonical = Executions.JsonText.Write(writer => WriteCanonical(writer, spec));
        return Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(canonical.GetRawText())));
    }

    private static void WriteCanonical(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    WriteCanonical(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray()) WriteCanonical(writer, item);
                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static JsonElement WithoutEnvelope(JsonElement root) => Executions.JsonText.Object(writer =>
    {
        foreach (var member in root.EnumerateObject())
            if (!s_envelope.Contains(member.Name)) member.WriteTo(writer);
    });

    private static string? Text(JsonElement value, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value)) return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
