using System.Text;
using System.Text.Json;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Kubernetes.Client;

/// <summary>
/// Decodes objects one by one, so that one that does not fit spoils neither a page nor a stream. Answers are cut into objects by a pass over their tokens, which
/// takes any depth in time by its length; the platform's documents take the product of both.
/// </summary>
internal static class ObjectDecoder
{
    /// <summary>
    /// Levels of an object that is decoded. The server stores ten times as many, and its record of who set which field (<c>metadata.managedFields</c>) nests deeper
    /// than the fields do.
    /// </summary>
    public const int MaxDepth = 1000;

    public static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    /// <summary>The object, or what could be learned of it when it does not decode.</summary>
    /// <exception cref="JsonException">The text is not one JSON value.</exception>
    public static (T? Object, UndecodableObject? Failure) Decode<T>(ReadOnlySpan<byte> utf8, ResourceType<T> type)
        where T : class, IKubernetesObject
    {
        try
        {
            return Read(utf8, type) is { Metadata.Name.Length: > 0 } decoded ? (decoded, null) : (null, Describe(utf8, "It has no metadata.name."));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or NotSupportedException)
        {
            return (null, Describe(utf8, TooDeep(utf8) is { } field ? $"{field} nests too deep: an object may have {MaxDepth} levels." : exception.Message));
        }
    }

    /// <summary>The object; null for null.</summary>
    /// <exception cref="JsonException">It does not fit.</exception>
    public static T? Read<T>(ReadOnlySpan<byte> utf8, ResourceType<T> type)
        where T : class, IKubernetesObject
    {
        // These options count, not those of the contract.
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        return JsonSerializer.Deserialize(ref reader, type.Json);
    }

    /// <exception cref="JsonException">It is not a list.</exception>
    public static ListPage<T> DecodePage<T>(ReadOnlySpan<byte> body, ResourceType<T> type, bool isFirst, out string continuation)
        where T : class, IKubernetesObject
    {
        var items = new List<T>();
        var failures = new List<UndecodableObject>();
        // An empty list of a custom kind may come as null.
        var list = Member(body, "items");
        var elements = new Utf8JsonReader(list, AnyDepth);
        if (!list.IsEmpty && elements.Read() && elements.TokenType == JsonTokenType.StartArray)
        {
            while (elements.Read() && elements.TokenType != JsonTokenType.EndArray)
            {
                var (item, failure) = Decode(Take(ref elements, list), type);
                if (item is not null) items.Add(item);
                else failures.Add(failure!);
            }
        }

        var metadata = Member(body, "metadata");
        if (metadata.IsEmpty) throw new JsonException("There is no metadata.");
        continuation = Text(metadata, "continue");
        return new ListPage<T>(isFirst, continuation.Length == 0, Text(metadata, "resourceVersion"), items, failures);
    }

    /// <summary>The text of a member's value, empty when there is none; of members of equal names the first one.</summary>
    public static ReadOnlySpan<byte> Member(ReadOnlySpan<byte> utf8, string name)
    {
        var reader = new Utf8JsonReader(utf8, AnyDepth);
        if (utf8.IsEmpty || !reader.Read() || reader.TokenType != JsonTokenType.StartObject) return [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            var value = Take(ref reader, utf8);
            if (found) return value;
        }

        return [];
    }

    /// <summary>Text by name, empty when absent, of another type or not UTF-8.</summary>
    public static string Text(ReadOnlySpan<byte> utf8, string name)
    {
        var value = Member(utf8, name);
        var reader = new Utf8JsonReader(value, AnyDepth);
        try
        {
            return !value.IsEmpty && reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }

    private static ReadOnlySpan<byte> Take(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> whole)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return whole[start..(int)reader.BytesConsumed];
    }

    private static UndecodableObject Describe(ReadOnlySpan<byte> utf8, string error)
    {
        var metadata = Member(utf8, "metadata");
        var key = new NamespacedName(Text(metadata, "namespace"), Text(metadata, "name"));
        return new UndecodableObject(key, Text(metadata, "uid"), Text(metadata, "resourceVersion"), error.ReplaceLineEndings(" "));
    }

    // Path of the field below which it goes too deep, two names at most; null when it does not.
    private static string? TooDeep(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, AnyDepth);
        string?[] names = ["", ""];
        string? below = null;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth is 1 or 2) names[reader.CurrentDepth - 1] = Encoding.UTF8.GetString(reader.ValueSpan);
            if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray) || reader.CurrentDepth < MaxDepth) continue;
            below = $"{names[0]}.{names[1]}";
            // It follows the fields, which say more.
            if (below != "metadata.managedFields") return below;
        }

        return below;
    }
}
