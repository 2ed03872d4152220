using System.Globalization;
using System.Text;
using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Library;

/// <summary>Filters that make text of text.</summary>
internal static class TextFilters
{
    public static void AddTo(OperationTable table) => table
        .Add("upper upcase", "", static (in Call call) => call.Frame.Built(call.Text.ToUpperInvariant()))
        .Add("lower downcase", "", static (in Call call) => call.Frame.Built(call.Text.ToLowerInvariant()))
        .Add("capitalize", "", static (in Call call) => call.Frame.Built(Capitalize(call.Text)))
        .Add("title", "", static (in Call call) => call.Frame.Built(Title(call.Text)))
        .Add("trim strip", "chars?", static (in Call call) => call.Frame.Built(Strip(call, left: true, right: true)))
        .Add("lstrip", "chars?", static (in Call call) => call.Frame.Built(Strip(call, left: true, right: false)))
        .Add("rstrip", "chars?", static (in Call call) => call.Frame.Built(Strip(call, left: false, right: true)))
        .Add("replace", "old new count?", static (in Call call) => Replace(call))
        .Add("split", "sep? maxsplit?", static (in Call call) => Split(call))
        .Add("string safe", "", static (in Call call) => Value.From(call.Text))
        .Add("format", "* **", static (in Call call) => PercentFormat.Apply(call.Text, call.Rest, call.Extra, call.Frame))
        .Add("escape e forceescape", "", static (in Call call) => call.Frame.Built(Escape(call.Text)))
        .Add("striptags", "", static (in Call call) => call.Frame.Built(StripTags(call.Text)))
        .Add("wordcount", "", static (in Call call) => WordCount(call));

    public static string Capitalize(string text) =>
        text.Length == 0 ? text : text[..1].ToUpperInvariant() + text[1..].ToLowerInvariant();

    // Words begin after white space, hyphens and opening brackets.
    private static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        var startsWord = true;
        foreach (var letter in text)
        {
            result.Append(startsWord ? char.ToUpperInvariant(letter) : char.ToLowerInvariant(letter));
            startsWord = letter is '-' or '(' or '{' or '[' or '<' || char.IsWhiteSpace(letter);
        }

        return result.ToString();
    }

    public static string Strip(in Call call, bool left, bool right)
    {
        var text = call.Text;
        if (!call.Has(0))
        {
            return left && right ? text.Trim() : left ? text.TrimStart() : text.TrimEnd();
        }

        var letters = call.TextAt(0).ToCharArray();
        if (letters.Length == 0)
        {
            return text;
        }

        text = left ? text.TrimStart(letters) : text;
        return right ? text.TrimEnd(letters) : text;
    }

    public static Value Replace(in Call call)
    {
        var (text, old, replacement) = (call.Text, call.TextAt(0), call.TextAt(1));
        var count = call.Has(2) ? call.IntegerAt(2) : -1;
        call.Frame.ChargeText(text.Length);
        return Replace(call.Frame, text, old, replacement, count < 0 ? int.MaxValue : count);
    }

    public static Value Replace(Frame frame, string text, string old, string replacement, int count)
    {
        var growth = Math.Max(0, replacement.Length - old.Length);
        frame.CheckTextLength(growth == 0 ? 0 : text.Length + (growth * Math.Min(count, Occurrences(text, old))));
        if (old.Length == 0)
        {
            return frame.Built(Interleave(text, replacement, count));
        }

        if (count == int.MaxValue)
        {
            return frame.Built(text.Replace(old, replacement, StringComparison.Ordinal));
        }

        var result = new StringBuilder();
        var at = 0;
        for (var next = text.IndexOf(old, StringComparison.Ordinal); next >= 0 && count > 0; next = text.IndexOf(old, at, StringComparison.Ordinal))
        {
            result.Append(text, at, next - at).Append(replacement);
            at = next + old.Length;
            count--;
        }

        return frame.Built(result.Append(text, at, text.Length - at).ToString());
    }

    // Replacing nothing puts the replacement between all characters.
    private static string Interleave(string text, string replacement, int count)
    {
        var result = new StringBuilder();
        foreach (var letter in CodePoints.Split(text))
        {
            result.Append(count-- > 0 ? replacement : string.Empty).Append(letter);
        }

        return result.Append(count > 0 ? replacement : string.Empty).ToString();
    }

    private static long Occurrences(string text, string part) => part.Length == 0 ? text.Length + 1 : text.AsSpan().Count(part);

    public static Value Split(in Call call)
    {
        var text = call.Text;
        var limit = call.IntegerAt(1, -1);
        call.Frame.ChargeText(text.Length);
        if (call.Has(0) && call.TextAt(0).Length == 0)
        {
            throw new TemplateFault(TemplateErrorKind.Type, "the separator of a split is empty");
        }

        var parts = call.Has(0)
            ? text.Split(call.TextAt(0), limit < 0 ? int.MaxValue : limit + 1, StringSplitOptions.None)
            : SplitOnSpace(text, limit);
        return Strings(call.Frame, parts);
    }

    private static string[] SplitOnSpace(string text, int limit)
    {
        if (limit < 0)
        {
            return text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        }

        var parts = new List<string>();
        var rest = text.TrimStart();
        while (rest.Length > 0 && parts.Count < limit)
        {
            var end = 0;
            while (end < rest.Length && !char.IsWhiteSpace(rest[end]))
            {
                end++;
            }

            parts.Add(rest[..end]);
            rest = rest[end..].TrimStart();
        }

        return rest.Length > 0 ? [.. parts, rest] : [.. parts];
    }

    public static Value Strings(Frame frame, IReadOnlyCollection<string> texts)
    {
        frame.CheckCollectionSize(texts.Count);
        return frame.Built([.. texts.Select(Value.From)]);
    }

    public static string Escape(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            _ = letter switch
            {
                '&' => result.Append("&amp;"),
                '<' => result.Append("&lt;"),
                '>' => result.Append("&gt;"),
                '"' => result.Append("&#34;"),
                '\'' => result.Append("&#39;"),
                _ => result.Append(letter),
            };
        }

        return result.ToString();
    }

    private static string StripTags(string text)
    {
        var plain = Without(Without(text, "<!--", "-->"), "<", ">");
        plain = plain.Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal)
            .Replace("&#34;", "\"", StringComparison.Ordinal).Replace("&quot;", "\"", StringComparison.Ordinal)
            .Replace("&#39;", "'", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal);
        return string.Join(' ', plain.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private static string Without(string text, string open, string close)
    {
        var result = new StringBuilder();
        var at = 0;
        while (text.IndexOf(open, at, StringComparison.Ordinal) is var start and >= 0
            && text.IndexOf(close, start + open.Length, StringComparison.Ordinal) is var end and >= 0)
        {
            result.Append(text, at, start - at);
            at = end + close.Length;
        }

        return result.Append(text, at, text.Length - at).ToString();
    }

    private static Value WordCount(in Call call)
    {
        var text = call.Text;
        call.Frame.ChargeText(text.Length);
        var (count, inWord) = (0L, false);
        foreach (var rune in text.EnumerateRunes())
        {
            var isWord = Rune.IsLetterOrDigit(rune) || rune.Value == '_' || Rune.GetUnicodeCategory(rune) is UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;
            count += isWord && !inWord ? 1 : 0;
            inWord = isWord;
        }

        return Value.From(count);
    }
}
