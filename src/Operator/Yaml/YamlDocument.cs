using System.Buffers;
using System.Text.Json;

namespace PlaybookOperator.Operator.Yaml;

/// <summary>A YAML document as JSON, with the place of each field.</summary>
/// <param name="Root">The document in JSON.</param>
/// <param name="Places">Line and column, from 1, by field path (<c>spec.workflow[1].loop.mode</c>); the root is the empty path. For members the place of the key.</param>
public sealed record YamlDocument(JsonElement Root, IReadOnlyDictionary<string, (int Line, int Column)> Places)
{
    /// <summary>Characters of a file, at most.</summary>
    public const int MaxLength = 10 << 20;

    /// <summary>Nodes after aliases are resolved, at most: a few aliases of aliases would make billions.</summary>
    private const int MaxNodes = 1_000_000;

    /// <summary>The JSON of a text with one document.</summary>
    /// <exception cref="YamlException">It is not YAML, too large, or holds another number of documents.</exception>
    public static JsonElement Parse(string text) => ReadAll(text) switch
    {
        [var one] => one.Root,
        var several => throw new YamlException($"One document is expected, not {several.Count}.", 1, 1),
    };

    /// <summary>All documents of a text; empty ones are left out.</summary>
    /// <exception cref="YamlException">It is not YAML, or too large.</exception>
    public static IReadOnlyList<YamlDocument> ReadAll(string text)
    {
        if (text.Length > MaxLength) throw new YamlException($"The file is larger than {MaxLength} characters.", 1, 1);
        return [.. YamlReader.Read(text).Where(node => node is not YamlNode.Scalar { Text: "", IsPlain: true }).Select(Convert)];
    }

    /// <summary>The place of a field, or of the nearest field above it that the document has.</summary>
    public (int Line, int Column) PlaceOf(string field)
    {
        for (var path = field; path.Length > 0; path = Parent(path))
            if (Places.TryGetValue(path, out var place)) return place;
        return Places.TryGetValue("", out var root) ? root : (1, 1);
    }

    private static YamlDocument Convert(YamlNode node)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        var places = new Dictionary<string, (int, int)>(StringComparer.Ordinal) { [""] = (node.Line, node.Column) };
        var count = 0;
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { MaxDepth = 200 })) Write(writer, node, "", places, ref count);
        var reader = new Utf8JsonReader(buffer.WrittenSpan, new JsonReaderOptions { MaxDepth = 200 });
        return new YamlDocument(JsonElement.ParseValue(ref reader), places);
    }

    private static void Write(Utf8JsonWriter writer, YamlNode node, string path, Dictionary<string, (int, int)> places, ref int count)
    {
        if (++count > MaxNodes) throw new YamlException($"The document has more than {MaxNodes} values once its aliases are resolved.", node.Line, node.Column);
        if (writer.CurrentDepth > YamlReader.MaxDepth)
            throw new YamlException($"The document is nested deeper than {YamlReader.MaxDepth} levels once its aliases are resolved.", node.Line, node.Column);
        switch (node)
        {
            case YamlNode.Scalar scalar:
                YamlScalar.Write(writer, scalar);
                break;
            case YamlNode.Sequence sequence:
                writer.WriteStartArray();
                for (var i = 0; i < sequence.Items.Count; i++)
                {
                    var item = $"{path}[{i}]";
                    places[item] = (sequence.Items[i].Line, sequence.Items[i].Column);
                    Write(writer, sequence.Items[i], item, places, ref count);
                }

                writer.WriteEndArray();
                break;
            case YamlNode.Mapping mapping:
                writer.WriteStartObject();
                foreach (var (key, value) in mapping.Members)
                {
                    var member = path.Length == 0 ? key.Text : $"{path}.{key.Text}";
                    places[member] = (key.Line, key.Column);
                    writer.WritePropertyName(key.Text);
                    Write(writer, value, member, places, ref count);
                }

                writer.WriteEndObject();
                break;
        }
    }

    private static string Parent(string path)
    {
        var cut = path.LastIndexOfAny(['.', '[']);
        return cut < 0 ? "" : path[..cut];
    }
}
