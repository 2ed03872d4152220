using System.Text.Json;

namespace PlaybookOperator.Kubernetes.Configuration;

/// <summary>One kubeconfig file as parsed JSON.</summary>
internal sealed class KubeConfigFile
{
    /// <summary>Of a kubeconfig, and of each certificate, key and token that it names.</summary>
    public const long MaxBytes = 4L << 20;

    private readonly JsonElement _root;

    private KubeConfigFile(string path, JsonElement root)
    {
        Path = path;
        _root = root;
    }

    public string Path { get; }

    public string? CurrentContext => KubeConfigSection.TextOf(_root, "current-context");

    public static KubeConfigFile Open(string path, Func<string, JsonElement> parseYaml)
    {
        string text;
        try
        {
            text = RegularFile.ReadText(path, MaxBytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KubeConfigException($"The kubeconfig {path} cannot be read: {exception.Message}", exception);
        }

        JsonElement root;
        try
        {
            root = parseYaml(text);
        }
        catch (Exception exception)
        {
            throw new KubeConfigException($"The kubeconfig {path} is not valid YAML: {exception.Message}", exception);
        }

        if (root.ValueKind == JsonValueKind.Object) return new KubeConfigFile(path, root);
        throw new KubeConfigException($"The kubeconfig {path} is not a map of settings.");
    }

    /// <summary>The entry of a list (<c>clusters</c>, <c>contexts</c>, <c>users</c>) by its name, or null.</summary>
    public KubeConfigSection? Find(string list, string member, string name)
    {
        if (!_root.TryGetProperty(list, out var entries) || entries.ValueKind != JsonValueKind.Array) return null;
        foreach (var entry in entries.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Object || KubeConfigSection.TextOf(entry, "name") != name) continue;
            var place = $"{list}[{name}].{member}";
            if (entry.TryGetProperty(member, out var body) && body.ValueKind == JsonValueKind.Object)
                return new KubeConfigSection(this, place, body);
            throw new KubeConfigException($"{Path}: {place} is missing or not a map.");
        }

        return null;
    }
}
