namespace PlaybookOperator.Core.Templates.Values;

/// <summary>
/// Looks for a part in texts, by UTF-16 units, in time linear in text and part whatever they hold. The platform's search may take their product: a part
/// of many equal letters in a text of the same letters would take minutes.
/// </summary>
internal sealed class TextSearch
{
    /// <summary>Up to this length the platform's search costs at most a few vectors a letter.</summary>
    private const int ShortLength = 32;

    private readonly string _part;
    private readonly int[]? _borders;

    /// <param name="part">Not empty.</param>
    public TextSearch(string part)
    {
        _part = part;
        _borders = part.Length <= ShortLength ? null : BordersOf(part);
    }

    /// <summary>Where the part first stands at or behind a place; −1 when it does not.</summary>
    public int Find(string text, int from = 0)
    {
        if (_borders is null)
        {
            return text.IndexOf(_part, from, StringComparison.Ordinal);
        }

        var matched = 0;
        for (var at = from; at < text.Length; at++)
        {
            while (matched > 0 && _part[matched] != text[at])
            {
                matched = _borders[matched - 1];
            }

            matched += _part[matched] == text[at] ? 1 : 0;
            if (matched == _part.Length)
            {
                return at - matched + 1;
            }
        }

        return -1;
    }

    /// <summary>Where the part last stands; −1 when it does not.</summary>
    public static int FindLast(string text, string part)
    {
        if (part.Length <= ShortLength)
        {
            return text.LastIndexOf(part, StringComparison.Ordinal);
        }

        var found = new TextSearch(Backwards(part)).Find(Backwards(text));
        return found < 0 ? found : text.Length - found - part.Length;
    }

    public static bool Contains(string text, string part) => part.Length == 0 || (part.Length <= text.Length && new TextSearch(part).Find(text) >= 0);

    /// <summary>How often the part stands in the text without overlaps, up to <paramref name="most"/>.</summary>
    public long Count(string text, long most = long.MaxValue)
    {
        var count = 0L;
        for (var at = Find(text); at >= 0 && count < most; at = Find(text, at + _part.Length))
        {
            count++;
        }

        return count;
    }

    /// <summary>The text cut at the first so many places of the part, which are left out.</summary>
    public List<string> Split(string text, long places)
    {
        var parts = new List<string>();
        var start = 0;
        for (var at = places > 0 ? Find(text) : -1; at >= 0; at = parts.Count < places ? Find(text, start) : -1)
        {
            parts.Add(text[start..at]);
            start = at + _part.Length;
        }

        parts.Add(text[start..]);
        return parts;
    }

    // For each prefix the length of its longest proper end that is a beginning too, as Knuth, Morris and Pratt have it.
    private static int[] BordersOf(string part)
    {
        var borders = new int[part.Length];
        for (var (at, length) = (1, 0); at < part.Length; at++)
        {
            while (length > 0 && part[at] != part[length])
            {
                length = borders[length - 1];
            }

            length += part[at] == part[length] ? 1 : 0;
            borders[at] = length;
        }

        return borders;
    }

    private static string Backwards(string text) => string.Create(text.Length, text, static (letters, from) =>
    {
        from.CopyTo(letters);
        letters.Reverse();
    });
}
