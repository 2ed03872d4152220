using System.Buffers;
using System.Globalization;
using System.Text.Json;
using PlaybookOperator.Core.Data;

namespace PlaybookOperator.Operator.Yaml;

/// <summary>A YAML document as JSON, with the place of each field.</summary>
public sealed class YamlDocument
{
    /// <summary>Characters of a file, at most.</summary>
    public const int MaxLength = 10 << 20;

    /// <summary>Documents of a file, at most.</summary>
    internal const int MaxDocuments = 1_000;

    /// <summary>Nodes of a file after aliases are resolved, at most: a few aliases of aliases would make billions.</summary>
    internal const int MaxNodes = 1_000_000;

    // Whatever value is meant, there is none that may be so deep.
    internal static readonly string TooDeep = $"The document is nested deeper than {DataLimits.MaxDepth} levels.";

    internal static readonly string TooManyNodes = $"The file has more than {MaxNodes} values once its aliases are resolved.";

    /// <summary>Bytes of a file as JSON, at most: aliases multiply long texts too.</summary>
    private const long MaxBytes = 4L * MaxLength;

    /// <summary>Keys that are told, at most; one is enough to refuse a document.</summary>
    private const int MaxTold = 100;

    private readonly YamlNode _node;

    private YamlDocument(YamlNode node, JsonElement root)
    {
        _node = node;
        Root = root;
    }

    /// <summary>The document in JSON.</summary>
    public JsonElement Root { get; }

    /// <summary>The value of a text with one document.</summary>
    /// <exception cref="YamlException">It is not YAML, beyond <see cref="DataLimits"/>, or holds another number of documents.</exception>
    public static JsonElement Parse(string text) => ReadAll(text) switch
    {
        [var one] => one.Bounded(),
        var several => throw new YamlException($"One document is expected, not {several.Count}.", 1, 1),
    };

    /// <summary>All documents of a text; empty ones are left out. Each may nest as deep as a playbook.</summary>
    /// <exception cref="YamlException">It is not YAML, or too large.</exception>
    public static IReadOnlyList<YamlDocument> ReadAll(string text)
    {
        if (text.Length > MaxLength) throw new YamlException($"The file is larger than {MaxLength} characters.", 1, 1);
        var size = new Size();
        return [.. YamlReader.Read(text).Where(node => node is not YamlNode.Scalar { Text: "", IsPlain: true }).Select(node => Convert(node, size))];
    }

    /// <summary>The place of a field (<c>spec.workflow[1].loop.mode</c>), line and column from 1, or that of the nearest field above it that the document has.
    /// For members it is the place of the key.</summary>
    public (int Line, int Column) PlaceOf(string field)
    {
        var (node, place, rest) = (_node, (_node.Line, _node.Column), field);
        while (rest.Length > 0 && Step(node, ref rest, ref place) is { } next) node = next;
        return place;
    }

    /// <summary>
    /// Bare keys that are something else than the text for kubectl, each with its place and what it is there: <c>y</c> is <c>the boolean true</c>, and the member
    /// is called <c>true</c> on the cluster.
    /// </summary>
    public IReadOnlyList<(string Key, string Meaning, int Line, int Column)> AmbiguousKeys()
    {
        var found = new List<(string, string, int, int)>();
        var seen = new HashSet<YamlNode>(ReferenceEqualityComparer.Instance);
        var open = new Stack<YamlNode>([_node]);
        while (found.Count < MaxTold && open.TryPop(out var node))
        {
            if (!seen.Add(node)) continue;
            if (node is YamlNode.Sequence list) list.Items.ForEach(open.Push);
            if (node is not YamlNode.Mapping map) continue;
            foreach (var (key, value) in map.Members)
            {
                if (YamlScalar.OtherMeaning(key) is { } meaning) found.Add((key.Text, meaning, key.Line, key.Column));
                open.Push(value);
            }
        }

        return [.. found.Distinct().OrderBy(key => (key.Item3, key.Item4))];
    }

    private JsonElement Bounded()
    {
        if (DataLimits.Check(Root, "") is not { } problem) return Root;
        var (line, column) = PlaceOf(problem.Field);
        throw new YamlException(problem.Tell("The document"), line, column);
    }

    private static YamlDocument Convert(YamlNode node, Size size)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { MaxDepth = DataLimits.ReadDepth })) Write(writer, node, size);
        size.Bytes += buffer.WrittenCount;
        return new YamlDocument(node, JsonElement.Parse(buffer.WrittenSpan, DataLimits.Documents));
    }

    private static void Write(Utf8JsonWriter writer, YamlNode node, Size size)
    {
        if (++size.Nodes > MaxNodes) throw new YamlException(TooManyNodes, node.Line, node.Column);
        if (size.Bytes + writer.BytesCommitted + writer.BytesPending > MaxBytes)
            throw new YamlException($"The file has more than {MaxBytes} bytes once its aliases are resolved.", node.Line, node.Column);
        // Aliases may nest what was not deep where it stood.
        if (node is not YamlNode.Scalar && writer.CurrentDepth >= DataLimits.MaxDocumentDepth)
            throw new YamlException(TooDeep, node.Line, node.Column);
        switch (node)
        {
            case YamlNode.Scalar scalar:
                YamlScalar.Write(writer, scalar);
                break;
            case YamlNode.Sequence sequence:
                writer.WriteStartArray();
                foreach (var item in sequence.Items) Write(writer, item, size);
                writer.WriteEndArray();
                break;
            case YamlNode.Mapping mapping:
                writer.WriteStartObject();
                foreach (var (key, value) in mapping.Members)
                {
                    writer.WritePropertyName(key.Text);
                    Write(writer, value, size);
                }

                writer.WriteEndObject();
                break;
        }
    }

    /// <summary>Goes one name or index down a path; null when the document has no such part. A name may hold the signs that separate names.</summary>
    private static YamlNode? Step(YamlNode node, ref string rest, ref (int Line, int Column) place)
    {
        if (node is YamlNode.Sequence list && rest[0] == '[' && rest.IndexOf(']', StringComparison.Ordinal) is var end and > 1
            && int.TryParse(rest.AsSpan(1, end - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < list.Items.Count)
        {
            place = (list.Items[index].Line, list.Items[index].Column);
            rest = rest[(end + 1)..].TrimStart('.');
            return list.Items[index];
        }

        if (node is not YamlNode.Mapping map) return null;
        for (var cut = rest.Length; cut > 0; cut = rest.LastIndexOfAny(['.', '['], cut - 1))
        {
            if (map.Find(rest[..cut]) is not var (key, value)) continue;
            place = (key.Line, key.Column);
            rest = rest[cut..].TrimStart('.');
            return value;
        }

        return null;
    }

    private sealed class Size
    {
        public int Nodes { get; set; }

        public long Bytes { get; set; }
    }
}
