using System.Text;
using PlaybookOperator.Core.Data;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace PlaybookOperator.Operator.Yaml;

/// <summary>
/// Reads YAML into nodes. Anchors, aliases and merge keys (<c>&lt;&lt;</c>) are resolved. Depth is bounded, and so are documents, nodes and what merges copy, so that
/// the time a text takes is bounded by its length.
/// </summary>
internal sealed class YamlReader
{
    private const string MergeKey = "<<";
    private const string CoreTag = "tag:yaml.org,2002:";

    private readonly Parser _parser;
    private readonly Dictionary<AnchorName, YamlNode> _anchors = [];
    private int _nodes;

    private YamlReader(string text) => _parser = new Parser(new StringReader(text));

    /// <summary>All documents of the text.</summary>
    /// <exception cref="YamlException">It is not YAML.</exception>
    public static IReadOnlyList<YamlNode> Read(string text)
    {
        var reader = new YamlReader(text);
        try
        {
            return reader.ReadStream();
        }
        catch (YamlDotNet.Core.YamlException malformed)
        {
            // What is wrong is seen at the end; the start may be lines before it.
            throw new YamlException(Sentence(malformed.Message), (int)malformed.End.Line, (int)malformed.End.Column);
        }
        catch (Exception broken) when (broken is InvalidOperationException or ArgumentException or InvalidCastException)
        {
            // The library gives up on some malformed texts without saying why; the last thing it understood is known.
            var last = reader._parser.Current?.End ?? Mark.Empty;
            throw new YamlException("The text after this place is not YAML.", (int)last.Line, (int)last.Column);
        }
    }

    private List<YamlNode> ReadStream()
    {
        var documents = new List<YamlNode>();
        _parser.Consume<StreamStart>();
        while (_parser.TryConsume<DocumentStart>(out _))
        {
            if (documents.Count == YamlDocument.MaxDocuments)
                throw new YamlException($"The file has more than {YamlDocument.MaxDocuments} documents.", (int)_parser.Current!.Start.Line, (int)_parser.Current.Start.Column);
            _anchors.Clear();
            documents.Add(ReadNode(0));
            _parser.Consume<DocumentEnd>();
        }

        return documents;
    }

    private YamlNode ReadNode(int depth)
    {
        var mark = _parser.Current!.Start;
        var (line, column) = ((int)mark.Line, (int)mark.Column);
        Count(1, line, column);
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            return _anchors.TryGetValue(alias.Value, out var known)
                ? known
                : throw new YamlException($"The alias *{alias.Value} has no anchor before it.", line, column);
        }

        if (_parser.TryConsume<YamlDotNet.Core.Events.Scalar>(out var scalar))
        {
            var isPlain = scalar.Tag.IsEmpty ? scalar.Style == ScalarStyle.Plain : IsResolved(scalar.Tag);
            return Anchor(scalar.Anchor, new YamlNode.Scalar(scalar.Value, isPlain, line, column));
        }

        if (_parser.TryConsume<SequenceStart>(out var list))
        {
            CheckDepth(depth, line, column);
            var sequence = new YamlNode.Sequence([], line, column);
            while (!_parser.TryConsume<SequenceEnd>(out _)) sequence.Items.Add(ReadNode(depth + 1));
            return Anchor(list.Anchor, sequence);
        }

        var start = _parser.Consume<MappingStart>();
        CheckDepth(depth, line, column);
        return Anchor(start.Anchor, ReadMapping(depth, line, column));
    }

    private YamlNode.Mapping ReadMapping(int depth, int line, int column)
    {
        var mapping = new YamlNode.Mapping([], line, column);
        var merged = new List<YamlNode>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadNode(depth + 1) as YamlNode.Scalar ?? throw new YamlException("A key must be text.", line, column);
            var value = ReadNode(depth + 1);
            if (Encoding.UTF8.GetByteCount(key.Text) is > DataLimits.MaxNameBytes and var bytes)
                throw new YamlException($"The map {DataLimits.NameTooLong(bytes)}", key.Line, key.Column);
            if (key is { Text: MergeKey, IsPlain: true }) merged.Add(value);
            else if (names.Add(key.Text)) mapping.Members.Add((key, value));
            else throw new YamlException($"The key '{Shortened(key.Text)}' is given twice.", key.Line, key.Column);
        }

        foreach (var source in merged)
        {
            if (source is YamlNode.Sequence several) several.Items.ForEach(one => Merge(mapping, names, one));
            else Merge(mapping, names, source);
        }

        return mapping;
    }

    /// <summary>What is written out wins over what is merged in, and the earlier merge over the later. Lists of lists are refused: aliases could multiply them without end.</summary>
    private void Merge(YamlNode.Mapping mapping, HashSet<string> names, YamlNode source)
    {
        if (source is not YamlNode.Mapping other) throw new YamlException("<< must be given a map or a list of maps.", source.Line, source.Column);
        Count(other.Members.Count, source.Line, source.Column);
        mapping.Members.AddRange(other.Members.Where(member => names.Add(member.Key.Text)));
    }

    private void Count(int nodes, int line, int column)
    {
        _nodes += nodes;
        if (_nodes > YamlDocument.MaxNodes) throw new YamlException(YamlDocument.TooManyNodes, line, column);
    }

    private static void CheckDepth(int depth, int line, int column)
    {
        if (depth >= DataLimits.MaxDocumentDepth) throw new YamlException(YamlDocument.TooDeep, line, column);
    }

    /// <summary>Tags that say which of YAML's own types is meant, where the text says it too.</summary>
    private static bool IsResolved(TagName tag) => tag.Value is CoreTag + "int" or CoreTag + "float" or CoreTag + "bool" or CoreTag + "null";

    private static string Shortened(string text) => text.Length <= 60 ? text : text[..60] + "…";

    private YamlNode Anchor(AnchorName name, YamlNode node)
    {
        if (!name.IsEmpty) _anchors[name] = node;
        return node;
    }

    /// <summary>The library's messages begin with the place, which is told apart from them.</summary>
    private static string Sentence(string message)
    {
        var text = message.StartsWith('(') && message.IndexOf("): ", StringComparison.Ordinal) is > 0 and var end ? message[(end + 3)..] : message;
        return text.EndsWith('.') ? text : text + ".";
    }
}
