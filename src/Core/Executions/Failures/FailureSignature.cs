using System.Buffers;
using System.Text;

namespace PlaybookOperator.Core.Executions.Failures;

/// <summary>
/// What failures of one cause have in common: the kind of the error and its message without what differs from one to the next. Numbers, ids, hex and
/// ports become <c>#</c>, quoted text becomes <c>'…'</c>.
/// </summary>
public static class FailureSignature
{
    /// <summary>Characters of a signature, at most.</summary>
    public const int MaxLength = 200;

    /// <summary>Letters alone that are as long as this and hex are an id, such as a digest that happens to have no digit.</summary>
    private const int LeastHexLetters = 16;

    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdefABCDEF");

    /// <param name="kind">The error's kind; null: it has none.</param>
    /// <param name="message">The error's message; null counts as empty.</param>
    public static string Of(string? kind, string? message)
    {
        var text = new StringBuilder(MaxLength);
        if (!string.IsNullOrEmpty(kind)) text.Append(kind).Append(": ");
        var rest = message.AsSpan().Trim();
        while (!rest.IsEmpty && text.Length <= MaxLength) rest = rest[Take(rest, text)..];
        if (text.Length <= MaxLength) return text.ToString();
        var cut = char.IsHighSurrogate(text[MaxLength - 2]) ? MaxLength - 2 : MaxLength - 1;
        return text.ToString(0, cut) + "…";
    }

    /// <summary>Appends what stands for the beginning of the text, and returns how many characters that was.</summary>
    private static int Take(ReadOnlySpan<char> rest, StringBuilder text)
    {
        var first = rest[0];
        if (char.IsWhiteSpace(first))
        {
            text.Append(' ');
            var blank = rest.IndexOfAnyExcept(" \t\r\n");
            return blank <= 0 ? (blank < 0 ? rest.Length : 1) : blank;
        }

        if (first is '\'' or '"' or '`' && rest[1..].IndexOf(first) is >= 0 and var length)
        {
            text.Append("'…'");
            return length + 2;
        }

        if (!IsOfWord(first))
        {
            text.Append(first);
            return 1;
        }

        return TakeWord(rest, text);
    }

    private static int TakeWord(ReadOnlySpan<char> rest, StringBuilder text)
    {
        var (end, hasDigit) = (0, false);
        for (; end < rest.Length; end++)
        {
            // A point or comma within a number, a hyphen within an id: they belong to it.
            var joins = rest[end] is '.' or ',' or '-' && end > 0 && end + 1 < rest.Length && (rest[end] == '-' ? IsOfWord(rest[end + 1]) : hasDigit && char.IsAsciiDigit(rest[end - 1]) && char.IsAsciiDigit(rest[end + 1]));
            if (!IsOfWord(rest[end]) && !joins) break;
            hasDigit |= char.IsDigit(rest[end]);
        }

        // An apostrophe within a word opens no quotation.
        if (end + 1 < rest.Length && rest[end] == '\'' && char.IsLetter(rest[end + 1]) && !hasDigit)
        {
            text.Append(rest[..(end + 1)]);
            return end + 1;
        }

        var word = rest[..end];
        if (hasDigit || (word.Length >= LeastHexLetters && !word.ContainsAnyExcept(s_hex))) text.Append('#');
        else text.Append(word);
        return end;
    }

    private static bool IsOfWord(char letter) => char.IsLetterOrDigit(letter) || letter == '_';
}
