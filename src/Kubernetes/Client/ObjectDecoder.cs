using System.Text.Json;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Kubernetes.Client;

/// <summary>Decodes objects one by one, so that one that does not fit spoils neither a page nor a stream.</summary>
internal static class ObjectDecoder
{
    /// <summary>The object, or what could be learned of it when it does not decode.</summary>
    public static (T? Object, UndecodableObject? Failure) Decode<T>(JsonElement element, ResourceType<T> type)
        where T : class, IKubernetesObject
    {
        try
        {
            var decoded = element.Deserialize(type.Json);
            return decoded is { Metadata.Name.Length: > 0 } ? (decoded, null) : (null, Describe(element, "It has no metadata.name."));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or NotSupportedException)
        {
            return (null, Describe(element, exception.Message));
        }
    }

    public static ListPage<T> DecodePage<T>(ReadOnlyMemory<byte> body, ResourceType<T> type, bool isFirst, out string continuation)
        where T : class, IKubernetesObject
    {
        using var document = JsonDocument.Parse(body);
        var metadata = document.RootElement.GetProperty("metadata");
        var items = new List<T>();
        var failures = new List<UndecodableObject>();
        // An empty list of a custom kind may come as null.
        if (document.RootElement.TryGetProperty("items", out var elements) && elements.ValueKind == JsonValueKind.Array)
        {
            foreach (var element in elements.EnumerateArray())
            {
                var (item, failure) = Decode(element, type);
                if (item is not null) items.Add(item);
                else failures.Add(failure!);
            }
        }

        continuation = Text(metadata, "continue");
        return new ListPage<T>(isFirst, continuation.Length == 0, Text(metadata, "resourceVersion"), items, failures);
    }

    /// <summary>Text by name, empty when absent or of another type.</summary>
    public static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";

    private static UndecodableObject Describe(JsonElement element, string error)
    {
        var metadata = element.ValueKind == JsonValueKind.Object && element.TryGetProperty("metadata", out var found) ? found : default;
        var key = new NamespacedName(Text(metadata, "namespace"), Text(metadata, "name"));
        return new UndecodableObject(key, Text(metadata, "uid"), Text(metadata, "resourceVersion"), error.ReplaceLineEndings(" "));
    }
}
