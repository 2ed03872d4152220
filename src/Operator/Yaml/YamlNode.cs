namespace PlaybookOperator.Operator.Yaml;

/// <summary>A node of a YAML document with its place, from 1.</summary>
internal abstract record YamlNode(int Line, int Column)
{
    /// <param name="Text">The scalar's text.</param>
    /// <param name="IsPlain">Without quotes: may be a number, a boolean or null.</param>
    public sealed record Scalar(string Text, bool IsPlain, int Line, int Column) : YamlNode(Line, Column);

    public sealed record Sequence(List<YamlNode> Items, int Line, int Column) : YamlNode(Line, Column);

    public sealed record Mapping(List<(Scalar Key, YamlNode Value)> Members, int Line, int Column) : YamlNode(Line, Column)
    {
        private Dictionary<string, int>? _places;

        /// <summary>The member of a name; null when there is none. Indexed when first asked.</summary>
        public (Scalar Key, YamlNode Value)? Find(string name)
        {
            if (_places is null)
            {
                _places = new Dictionary<string, int>(Members.Count, StringComparer.Ordinal);
                for (var i = 0; i < Members.Count; i++) _places[Members[i].Key.Text] = i;
            }

            return _places.TryGetValue(name, out var place) ? Members[place] : null;
        }
    }
}

/// <summary>The text is not YAML, or more of it than is taken. Line and column from 1.</summary>
public sealed class YamlException(string message, int line, int column) : Exception(message)
{
    public int Line { get; } = line;

    public int Column { get; } = column;
}
