using System.Text;

namespace PlaybookOperator.Core.Templates.Values;

/// <summary>Text as code points: lengths, indexes and slices count characters as readers do, not UTF-16 units.</summary>
internal static class CodePoints
{
    public static bool HasSurrogates(ReadOnlySpan<char> text) => text.IndexOfAnyInRange('\uD800', '\uDFFF') >= 0;

    public static long Count(string text)
    {
        if (!HasSurrogates(text))
        {
            return text.Length;
        }

        var count = 0L;
        foreach (var _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }

    /// <summary>The text cut into one string a code point.</summary>
    public static string[] Split(string text)
    {
        var parts = new List<string>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            parts.Add(rune.IsAscii ? Ascii[rune.Value] : rune.ToString());
        }

        return [.. parts];
    }

    /// <summary>The code points [start, stop), both in range.</summary>
    public static string Cut(string text, long start, long stop)
    {
        if (start >= stop)
        {
            return string.Empty;
        }

        return HasSurrogates(text)
            ? string.Concat(Split(text).AsSpan((int)start, (int)(stop - start)).ToArray())
            : text.Substring((int)start, (int)(stop - start));
    }

    /// <summary>Order by code point; differs from order by UTF-16 unit where surrogates meet U+E000–U+FFFF.</summary>
    public static int Compare(string left, string right)
    {
        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        var (first, second) = (left[common], right[common]);
        return char.IsSurrogate(first) == char.IsSurrogate(second) ? first.CompareTo(second) : char.IsSurrogate(first) ? 1 : -1;
    }

    private static readonly string[] Ascii = [.. Enumerable.Range(0, 128).Select(code => ((char)code).ToString())];
}
