using System.Text;

namespace PlaybookOperator.Tools.Http;

/// <summary>Takes the value of a header apart as RFC 9110 spells lists and parameters: what stands in quotes, or between &lt; and &gt;, is never cut.</summary>
internal static class HeaderParts
{
    /// <summary>At least one part, none trimmed.</summary>
    public static IReadOnlyList<string> Split(string text, char separator)
    {
        var parts = new List<string>();
        var from = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '"') at = EndOfQuoted(text, at);
            else if (text[at] == '<') at = text.IndexOf('>', at) is var close and >= 0 ? close : text.Length;
            else if (text[at] == separator)
            {
                parts.Add(text[from..at]);
                from = at + 1;
            }
        }

        parts.Add(text[from..]);
        return parts;
    }

    /// <summary>The text of a quoted string, or the text itself.</summary>
    public static string Unquote(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith('"')) return text.ToString();
        var plain = new StringBuilder();
        for (var at = 1; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length) at++;
            plain.Append(text[at]);
        }

        return plain.ToString();
    }

    /// <summary>Place of the closing quote, or the end of a text that has none.</summary>
    private static int EndOfQuoted(string text, int open)
    {
        var at = open + 1;
        while (at < text.Length && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
        return at;
    }
}
