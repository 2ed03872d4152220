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

        if (stop <= int.MaxValue && !HasSurrogates(text.AsSpan(0, (int)Math.Min(stop, text.Length))))
        {
            return text[(int)start..(int)stop];
        }

        var first = Skip(text, 0, start);
        return text[first..Skip(text, first, stop - start)];
    }

    /// <summary>The character at a 0-based index as a text; null when there are fewer.</summary>
    public static string? At(string text, long index)
    {
        var place = Skip(text, 0, index);
        return place < text.Length ? text[place..Skip(text, place, 1)] : null;
    }

    /// <summary>The text backwards.</summary>
    public static string Reverse(string text)
    {
        var letters = text.ToCharArray();
        Array.Reverse(letters);
        for (var place = 1; place < letters.Length; place++)
        {
            if (char.IsSurrogatePair(letters[place], letters[place - 1]))
            {
                (letters[place - 1], letters[place]) = (letters[place], letters[place - 1]);
                place++;
            }
        }

        return new string(letters);
    }

    /// <summary>The place in UTF-16 units that lies so many code points behind <paramref name="place"/>, at most the end.</summary>
    private static int Skip(string text, int place, long count)
    {
        for (; count > 0 && place < text.Length; count--)
        {
            place += char.IsHighSurrogate(text[place]) && place + 1 < text.Length && char.IsLowSurrogate(text[place + 1]) ? 2 : 1;
        }

        return place;
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
