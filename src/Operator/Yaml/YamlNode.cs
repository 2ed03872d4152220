namespace PlaybookOperator.Operator.Yaml;

/// <summary>A node of a YAML document with its place, from 1.</summary>
internal abstract record YamlNode(int Line, int Column)
{
    /// <param name="Text">The scalar's text.</param>
    /// <param name="IsPlain">Without quotes: may be a number, a boolean or null.</param>
    public sealed record Scalar(string Text, bool IsPlain, int Line, int Column) : YamlNode(Line, Column);

    public sealed record Sequence(List<YamlNode> Items, int Line, int Column) : YamlNode(Line, Column);

    public sealed record Mapping(List<(Scalar Key, YamlNode Value)> Members, int Line, int Column) : YamlNode(Line, Column);
}

/// <summary>The text is not YAML, or more of it than is taken. Line and column from 1.</summary>
public sealed class YamlException(string message, int line, int column) : Exception(message)
{
    public int Line { get; } = line;

    public int Column { get; } = column;
}
