using System.Buffers;
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
        .Add("striptags", "", static (in Call call) => call.Frame.Built(StripTags(call.Text, call.Frame)))
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

        var given = call.TextAt(0);
        call.Frame.ChargeText(given.Length);
        var letters = SearchValues.Create(given);
        var start = left ? text.AsSpan().IndexOfAnyExcept(letters) : 0;
        if (start < 0)
        {
            return string.Empty;
        }

        var end = right ? text.AsSpan().LastIndexOfAnyExcept(letters) + 1 : text.Length;
        return end <= start ? string.Empty : text[start..end];
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
        frame.ChargeText((long)text.Length + old.Length);
        if (old.Length == 0)
        {
            frame.CheckTextLength(text.Length + (replacement.Length * Math.Min(count, text.Length + 1L)));
            frame.ChargeLetters(text.Length);
            return frame.Built(Interleave(text, replacement, count));
        }

        var search = new TextSearch(old);
        var places = search.Count(text, count);
        frame.CheckTextLength(text.Length + (places * (replacement.Length - old.Length)));
        frame.Charge(places);
        var result = new StringBuilder();
        var at = 0;
        for (var next = places > 0 ? search.Find(text) : -1; next >= 0; next = --places > 0 ? search.Find(text, at) : -1)
        {
            result.Append(text, at, next - at).Append(replacement);
            at = next + old.Length;
        }

        return frame.Built(result.Append(text, at, text.Length - at).ToString());
    }

    // Replacing nothing puts the replacement between all characters.
    private static string Interleave(string text, string replacement, int count)
    {
        var result = new StringBuilder();
        foreach (var letter in text.EnumerateRunes())
        {
            result.Append(count-- > 0 ? replacement : string.Empty).Append(letter.ToString());
        }

        return result.Append(count > 0 ? replacement : string.Empty).ToString();
    }

    public static Value Split(in Call call)
    {
        var text = call.Text;
        var limit = call.IntegerAt(1, -1);
        call.Frame.ChargeText(text.Length);
        if (call.Has(0) && call.TextAt(0).Length == 0)
        {
            throw new TemplateFault(TemplateErrorKind.Type, "the separator of a split is empty");
        }

        var parts = call.Has(0) ? Parts(text, call.TextAt(0), limit, call.Frame) : SplitOnSpace(text, limit, call.Frame);
        return Strings(call.Frame, parts);
    }

    /// <summary>The parts between separators, at most <paramref name="limit"/> of which count; all when it is negative.</summary>
    public static List<string> Parts(string text, string separator, int limit, Frame frame)
    {
        var search = new TextSearch(separator);
        frame.ChargeText((long)text.Length + separator.Length);
        var places = search.Count(text, limit < 0 ? long.MaxValue : limit);
        frame.CheckCollectionSize(places + 1);
        frame.Charge(places * 2);
        return search.Split(text, places);
    }

    /// <summary>The characters of a text.</summary>
    public static IReadOnlyList<string> Letters(string text, Frame frame)
    {
        frame.CheckCollectionSize(frame.CountOf(text));
        frame.ChargeLetters(text.Length);
        return CodePoints.Split(text);
    }

    /// <summary>The words of a text; from the word behind the last one that counts, what is left stays as it is.</summary>
    private static List<string> SplitOnSpace(string text, int limit, Frame frame)
    {
        var parts = new List<string>();
        var start = SkipSpace(text, 0);
        while (start < text.Length && (limit < 0 || parts.Count < limit))
        {
            var end = start;
            while (end < text.Length && !char.IsWhiteSpace(text[end]))
            {
                end++;
            }

            frame.Charge(2);
            frame.CheckCollectionSize(parts.Count + 1L);
            parts.Add(text[start..end]);
            start = SkipSpace(text, end);
        }

        if (start < text.Length)
        {
            parts.Add(text[start..]);
        }

        return parts;
    }

    private static int SkipSpace(string text, int place)
    {
        while (place < text.Length && char.IsWhiteSpace(text[place]))
        {
            place++;
        }

        return place;
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

    private static string StripTags(string text, Frame frame)
    {
        frame.ChargeLetters(text.Length);
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
        call.Frame.ChargeText(text.Length * 4L);
        var (count, inWord) = (0L, false);
        foreach (var rune in text.EnumerateRunes())
        {
            var isWord = Rune.IsLetterOrDigit(rune) || rune.Value == '_'
                || Rune.GetUnicodeCategory(rune) is UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;
            count += isWord && !inWord ? 1 : 0;
            inWord = isWord;
        }

        return Value.From(count);
    }
}
