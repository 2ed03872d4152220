using System.Globalization;
using System.Text;
using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Syntax;

/// <summary>A quoted string with Python's escapes; an escape that means nothing stays as it is.</summary>
internal static class StringLiteral
{
    public static string Read(string source, ref int at)
    {
        var start = at;
        var quote = source[at++];
        var text = new StringBuilder();
        while (at < source.Length && source[at] != quote)
        {
            if (source[at] == '\\' && at + 1 < source.Length)
            {
                at++;
                Escape(source, ref at, text);
            }
            else
            {
                text.Append(source[at++]);
            }
        }

        if (at >= source.Length)
        {
            throw new TemplateFault(TemplateErrorKind.Syntax, "the string has no end", start);
        }

        at++;
        return JsonText.WellFormed(text.ToString());
    }

    private static void Escape(string source, ref int at, StringBuilder text)
    {
        var letter = source[at++];
        switch (letter)
        {
            case '\n':
                break;
            case 'x':
                Hex(source, ref at, 2, letter, text);
                break;
            case 'u':
                Hex(source, ref at, 4, letter, text);
                break;
            case 'U':
                Hex(source, ref at, 8, letter, text);
                break;
            case >= '0' and <= '7':
                Octal(source, ref at, text);
                break;
            default:
                var plain = "nrtabfv\\'\"".IndexOf(letter, StringComparison.Ordinal);
                _ = plain >= 0 ? text.Append("\n\r\t\a\b\f\v\\'\""[plain]) : text.Append('\\').Append(letter);
                break;
        }
    }

    private static void Hex(string source, ref int at, int digits, char letter, StringBuilder text)
    {
        if (at + digits > source.Length
            || !uint.TryParse(source.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || code > 0x10FFFF)
        {
            throw new TemplateFault(TemplateErrorKind.Syntax, $"'\\{letter}' needs {digits} hexadecimal digits", at - 2);
        }

        at += digits;
        _ = code < 0x10000 ? text.Append((char)code) : text.Append(char.ConvertFromUtf32((int)code));
    }

    private static void Octal(string source, ref int at, StringBuilder text)
    {
        var code = source[at - 1] - '0';
        for (var more = 0; more < 2 && at < source.Length && source[at] is >= '0' and <= '7'; more++)
        {
            code = (code * 8) + (source[at++] - '0');
        }

        text.Append((char)code);
    }
}
