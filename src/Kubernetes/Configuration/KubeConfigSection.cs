using System.Text;
using System.Text.Json;

namespace PlaybookOperator.Kubernetes.Configuration;

/// <summary>One map within a kubeconfig; knows its place, so that every complaint can name file and field.</summary>
internal sealed class KubeConfigSection(KubeConfigFile file, string place, JsonElement body)
{
    public KubeConfigFile File { get; } = file;

    /// <summary>File and field, to begin a sentence with.</summary>
    public string At(string field) => $"{File.Path}: {place}.{field}";

    public static string? TextOf(JsonElement body, string field) =>
        body.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The text of a field; null when absent.</summary>
    public string? Text(string field)
    {
        if (!body.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            // A name such as 123 is a number to YAML, and still a name.
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            _ => throw new KubeConfigException($"{At(field)} must be text."),
        };
    }

    public string Required(string field) =>
        Text(field) is { Length: > 0 } text ? text : throw new KubeConfigException($"{At(field)} is missing.");

    public bool Flag(string field) => body.TryGetProperty(field, out var value) && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False or JsonValueKind.Null => false,
        _ => throw new KubeConfigException($"{At(field)} must be true or false."),
    };

    public bool Has(string field) => body.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null;

    public KubeConfigSection? Child(string field)
    {
        if (!Has(field)) return null;
        var child = body.GetProperty(field);
        if (child.ValueKind == JsonValueKind.Object) return new KubeConfigSection(File, $"{place}.{field}", child);
        throw new KubeConfigException($"{At(field)} must be a map.");
    }

    /// <summary>The entries of a list; empty when absent.</summary>
    public IReadOnlyList<JsonElement> Items(string field)
    {
        if (!Has(field)) return [];
        var list = body.GetProperty(field);
        if (list.ValueKind == JsonValueKind.Array) return [.. list.EnumerateArray()];
        throw new KubeConfigException($"{At(field)} must be a list.");
    }

    /// <summary>
    /// PEM text that stands in the file in base64 (<c>field-data</c>, which wins) or in another file (<c>field</c>); null when
    /// neither is set.
    /// </summary>
    public string? Material(string field)
    {
        if (Text($"{field}-data") is { Length: > 0 } data) return Decode($"{field}-data", data);
        return Text(field) is { Length: > 0 } path ? ReadFile(field, Resolve(path)) : null;
    }

    /// <summary>Paths are relative to the folder of the kubeconfig, as kubectl has it.</summary>
    public string Resolve(string path) =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(File.Path)) ?? ".", path));

    private string Decode(string field, string data)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(data));
        }
        catch (FormatException exception)
        {
            throw new KubeConfigException($"{At(field)} is not base64.", exception);
        }
    }

    private string ReadFile(string field, string path)
    {
        try
        {
            return RegularFile.ReadText(path, KubeConfigFile.MaxBytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KubeConfigException($"{At(field)} names {path}, which cannot be read.", exception);
        }
    }
}
