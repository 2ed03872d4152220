namespace PlaybookOperator.Core.Templates.Syntax;

internal enum TokenKind
{
    /// <summary>Literal text between blocks.</summary>
    Text,
    OutputStart,
    OutputEnd,
    TagStart,
    TagEnd,
    Name,
    String,
    Integer,
    Float,
    Operator,
    End,
}

/// <param name="Kind">What it is.</param>
/// <param name="Position">Offset in the source.</param>
/// <param name="Text">Name, operator, decoded string, number without underscores, or literal text.</param>
internal readonly record struct Token(TokenKind Kind, int Position, string Text)
{
    public bool Is(string symbol) => Kind == TokenKind.Operator && Text == symbol;

    public bool IsName(string name) => Kind == TokenKind.Name && Text == name;

    /// <summary>How messages speak of it.</summary>
    public string Description => Kind switch
    {
        TokenKind.End => "the end of the template",
        TokenKind.OutputEnd => "'}}'",
        TokenKind.TagEnd => "'%}'",
        TokenKind.String => "a string",
        _ => $"'{(Text.Length <= 40 ? Text : Text[..40] + "…")}'",
    };
}
