using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates.Syntax;

/// <summary>Cuts a template into literal text and the tokens of its blocks; comments are dropped, raw blocks become text.</summary>
internal sealed class Lexer(string source)
{
    private readonly List<Token> _tokens = [];
    private int _at;
    private bool _trimNext;

    /// <summary>A whole template: text with blocks.</summary>
    public List<Token> Template()
    {
        // One newline at the very end belongs to the file, not to the text.
        var end = source.EndsWith('\n') ? source.Length - 1 : source.Length;
        while (_at < end)
        {
            var block = NextBlock(_at, end);
            AddText(_at, block);
            if (block == end)
            {
                break;
            }

            _at = block;
            Block();
        }

        _tokens.Add(new Token(TokenKind.End, end, string.Empty));
        return _tokens;
    }

    /// <summary>The text as one bare expression.</summary>
    public List<Token> Expression()
    {
        var lexer = new ExpressionLexer(source, 0, _tokens);
        lexer.ReadAll();
        return _tokens;
    }

    private int NextBlock(int from, int end)
    {
        for (var at = source.IndexOf('{', from); at >= 0 && at + 1 < end; at = source.IndexOf('{', at + 1))
        {
            if (source[at + 1] is '{' or '%' or '#')
            {
                return at;
            }
        }

        return end;
    }

    private void AddText(int start, int end)
    {
        var text = source.AsSpan(start, end - start);
        if (_trimNext)
        {
            text = text.TrimStart();
            _trimNext = false;
        }

        if (end + 2 < source.Length && source[end + 2] == '-')
        {
            text = text.TrimEnd();
        }

        if (text.Length > 0)
        {
            _tokens.Add(new Token(TokenKind.Text, start, text.ToString()));
        }
    }

    private void Block()
    {
        var start = _at;
        var kind = source[start + 1];
        _at += 2;
        _at += _at < source.Length && source[_at] is '-' or '+' ? 1 : 0;
        if (kind == '#')
        {
            SkipComment(start);
            return;
        }

        if (kind == '%' && VerbatimName() is { } name)
        {
            Verbatim(start, name);
            return;
        }

        _tokens.Add(new Token(kind == '{' ? TokenKind.OutputStart : TokenKind.TagStart, start, string.Empty));
        var lexer = new ExpressionLexer(source, _at, _tokens);
        (_at, _trimNext) = lexer.ReadBlock(kind == '{' ? "}}" : "%}", start);
    }

    private void SkipComment(int start)
    {
        var end = source.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new TemplateFault(TemplateErrorKind.Syntax, "the comment has no end '#}'", start);
        }

        _trimNext = source[end - 1] == '-' && end > start + 2;
        _at = end + 2;
    }

    // ---- raw and comment tags: what they hold is not lexed ----
    private string? VerbatimName()
    {
        foreach (var name in (string[])["raw", "comment"])
        {
            var at = SkipSpace(_at);
            if (string.CompareOrdinal(source, at, name, 0, name.Length) == 0 && TagEnd(at + name.Length) is var (after, trims) && after > 0)
            {
                (_at, _trimNext) = (after, trims);
                return name;
            }
        }

        return null;
    }

    private void Verbatim(int start, string name)
    {
        for (var at = source.IndexOf("{%", _at, StringComparison.Ordinal); at >= 0; at = source.IndexOf("{%", at + 1, StringComparison.Ordinal))
        {
            var inside = at + 2 + (at + 2 < source.Length && source[at + 2] is '-' or '+' ? 1 : 0);
            var word = SkipSpace(inside);
            var (after, trims) = string.CompareOrdinal(source, word, "end" + name, 0, name.Length + 3) == 0 ? TagEnd(word + name.Length + 3) : (0, false);
            if (after == 0)
            {
                continue;
            }

            if (name == "raw")
            {
                AddText(_at, at);
            }

            (_at, _trimNext) = (after, trims);
            return;
        }

        throw new TemplateFault(TemplateErrorKind.Syntax, $"'{name}' has no 'end{name}'", start);
    }

    private (int After, bool Trims) TagEnd(int at)
    {
        at = SkipSpace(at);
        var sign = at < source.Length && source[at] is '-' or '+' ? 1 : 0;
        return string.CompareOrdinal(source, at + sign, "%}", 0, 2) == 0 ? (at + sign + 2, sign == 1 && source[at] == '-') : (0, false);
    }

    private int SkipSpace(int at)
    {
        while (at < source.Length && char.IsWhiteSpace(source[at]))
        {
            at++;
        }

        return at;
    }
}
