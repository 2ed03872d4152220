using System.Globalization;
using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates.Syntax;

/// <summary>Tokens of one block: names, numbers, strings, operators, until the block's end outside of all brackets.</summary>
internal sealed class ExpressionLexer(string source, int start, List<Token> tokens)
{
    private static readonly string[] LongOperators = ["//", "**", "==", "!=", "<>", ">=", "<=", ".."];

    private readonly Stack<char> _brackets = new();
    private int _at = start;

    /// <summary>Reads up to the end of the block; returns the offset behind it and whether white space after it goes.</summary>
    public (int After, bool Trims) ReadBlock(string end, int blockStart)
    {
        while (true)
        {
            SkipSpace();
            if (_at >= source.Length)
            {
                throw new TemplateFault(TemplateErrorKind.Syntax, $"the block has no end '{end}'", blockStart);
            }

            if (_brackets.Count == 0 && EndLength(end) is var length and > 0)
            {
                var trims = source[_at] == '-';
                tokens.Add(new Token(end == "}}" ? TokenKind.OutputEnd : TokenKind.TagEnd, _at, string.Empty));
                return (_at + length, trims);
            }

            Next();
        }
    }

    public void ReadAll()
    {
        for (SkipSpace(); _at < source.Length; SkipSpace())
        {
            Next();
        }

        tokens.Add(new Token(TokenKind.End, source.Length, string.Empty));
    }

    private int EndLength(string end)
    {
        if (string.CompareOrdinal(source, _at, end, 0, 2) == 0)
        {
            return 2;
        }

        var isSigned = source[_at] == '-' || (source[_at] == '+' && end == "%}");
        return isSigned && string.CompareOrdinal(source, _at + 1, end, 0, 2) == 0 ? 3 : 0;
    }

    private void SkipSpace()
    {
        while (_at < source.Length && char.IsWhiteSpace(source[_at]))
        {
            _at++;
        }
    }

    private void Next()
    {
        var letter = source[_at];
        if (char.IsAsciiDigit(letter))
        {
            Number();
        }
        else if (letter is '\'' or '"')
        {
            var begin = _at;
            var text = StringLiteral.Read(source, ref _at);
            tokens.Add(new Token(TokenKind.String, begin, text));
        }
        else if (IsNameStart(letter))
        {
            Name();
        }
        else
        {
            Operator();
        }
    }

    private static bool IsNameStart(char letter) => letter == '_' || char.IsLetter(letter) || char.IsSurrogate(letter);

    private void Name()
    {
        var begin = _at;
        while (_at < source.Length && (IsNameStart(source[_at]) || char.IsDigit(source[_at])
            || char.GetUnicodeCategory(source[_at]) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark))
        {
            _at++;
        }

        tokens.Add(new Token(TokenKind.Name, begin, source[begin.._at]));
    }

    private void Operator()
    {
        foreach (var symbol in LongOperators)
        {
            if (string.CompareOrdinal(source, _at, symbol, 0, 2) == 0)
            {
                tokens.Add(new Token(TokenKind.Operator, _at, symbol == "<>" ? "!=" : symbol));
                _at += 2;
                return;
            }
        }

        var letter = source[_at];
        if (!"+-/*%~[](){}<>=.:|,;".Contains(letter, StringComparison.Ordinal))
        {
            throw new TemplateFault(TemplateErrorKind.Syntax, $"unexpected character '{letter}'", _at);
        }

        Balance(letter);
        tokens.Add(new Token(TokenKind.Operator, _at, letter.ToString()));
        _at++;
    }

    private void Balance(char letter)
    {
        if (letter is '(' or '[' or '{')
        {
            _brackets.Push(letter switch { '(' => ')', '[' => ']', _ => '}' });
        }
        else if (letter is ')' or ']' or '}' && (!_brackets.TryPop(out var expected) || expected != letter))
        {
            throw new TemplateFault(TemplateErrorKind.Syntax, expected == default ? $"unexpected '{letter}'" : $"found '{letter}' where '{expected}' closes", _at);
        }
    }

    // After a dot only digits count: x.0.1 is two indexes, not a float.
    private void Number()
    {
        var begin = _at;
        var isIndex = tokens.Count > 0 && tokens[^1].Is(".") && tokens[^1].Position == begin - 1;
        if (!isIndex && source[_at] == '0' && _at + 2 < source.Length + 1 && RadixNumber(begin))
        {
            return;
        }

        Digits();
        var isFloat = false;
        if (!isIndex && _at + 1 < source.Length && source[_at] == '.' && char.IsAsciiDigit(source[_at + 1]))
        {
            _at++;
            Digits();
            isFloat = true;
        }

        if (!isIndex && ExponentLength() is var skip and > 0)
        {
            _at += skip;
            Digits();
            isFloat = true;
        }

        var text = source[begin.._at].Replace("_", string.Empty, StringComparison.Ordinal);
        if (!isFloat && !isIndex && text.Length > 1 && text[0] == '0' && text.AsSpan().ContainsAnyExcept('0'))
        {
            throw new TemplateFault(TemplateErrorKind.Syntax, $"the integer '{text}' begins with 0", begin);
        }

        tokens.Add(new Token(isFloat ? TokenKind.Float : TokenKind.Integer, begin, text));
    }

    private bool RadixNumber(int begin)
    {
        var radix = _at + 1 < source.Length ? char.ToLowerInvariant(source[_at + 1]) : ' ';
        var digits = radix switch { 'x' => "0123456789abcdef", 'o' => "01234567", 'b' => "01", _ => string.Empty };
        var end = begin + 2;
        while (digits.Length > 0 && end < source.Length && (source[end] == '_' || digits.Contains(char.ToLowerInvariant(source[end]), StringComparison.Ordinal)))
        {
            end++;
        }

        if (digits.Length == 0 || end == begin + 2)
        {
            return false;
        }

        _at = end;
        tokens.Add(new Token(TokenKind.Integer, begin, source[begin..end].Replace("_", string.Empty, StringComparison.Ordinal)));
        return true;
    }

    private void Digits()
    {
        while (_at < source.Length && (char.IsAsciiDigit(source[_at])
            || (source[_at] == '_' && _at + 1 < source.Length && char.IsAsciiDigit(source[_at + 1]))))
        {
            _at++;
        }
    }

    private int ExponentLength()
    {
        if (_at >= source.Length || source[_at] is not ('e' or 'E'))
        {
            return 0;
        }

        var skip = _at + 1 < source.Length && source[_at + 1] is '+' or '-' ? 2 : 1;
        return _at + skip < source.Length && char.IsAsciiDigit(source[_at + skip]) ? skip : 0;
    }
}
