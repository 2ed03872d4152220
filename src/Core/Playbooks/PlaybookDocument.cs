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
    /// <summary>Characters of a name; what Kubernetes allows, and what an index of the log takes.</summary>
    private const int MaxNameLength = 253;

    private const int MaxPathLength = 1_024;

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

        CheckNames(root, problems);
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

    /// <summary>A resource is named as Kubernetes names them; a bare document may be called anything that is not too long for the log.</summary>
    private static void CheckNames(JsonElement root, List<Problem> problems)
    {
        var isResource = Text(root, "apiVersion")?.StartsWith("playbooks.dev/", StringComparison.Ordinal) == true;
        Check("metadata.name", Find(root, "metadata", "name"), isResource, MaxNameLength);
        Check("metadata.path", Find(root, "metadata", "path"), isName: false, MaxPathLength);
        Check("name", Find(root, "name"), isName: false, MaxNameLength);
        Check("path", Find(root, "path"), isName: false, MaxPathLength);

        void Check(string field, JsonElement? found, bool isName, int most)
        {
            if (found is not { } value || value.ValueKind == JsonValueKind.Null) return;
            if (Wrong(value, isName, most) is { } wrong) problems.Add(new Problem(ProblemSeverity.Error, field, wrong));
        }
    }

    private static string? Wrong(JsonElement value, bool isName, int most)
    {
        if (value.ValueKind != JsonValueKind.String)
            return $"must be a string{(value.ValueKind is JsonValueKind.True or JsonValueKind.False ? $" ({FieldReader.QuoteThem})" : "")}, not {FieldReader.Describe(value)}.";
        var name = value.GetString()!;
        if (name.Length > most) return $"must have at most {most} characters, not {name.Length}.";
        return !isName || IsResourceName(name) ? null
            : $"must be lower-case letters, digits, - and ., beginning and ending with a letter or digit, also between dots, as Kubernetes names resources; not '{name}'.";
    }

    /// <summary>A subdomain of RFC 1123, apart from its length.</summary>
    private static bool IsResourceName(string name) => name.Split('.').All(label =>
        label.Length > 0 && label[0] != '-' && label[^1] != '-' && label.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-'));

    private static string? Text(JsonElement root, params ReadOnlySpan<string> path) => Find(root, path) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static JsonElement? Find(JsonElement value, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value)) return null;
        return value;
    }
}
