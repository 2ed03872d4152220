using System.Buffers;
using System.Text;

namespace PlaybookOperator.Tools.Secrets;

/// <summary>
/// A text without one kind of escaping, and where each part of it stood. Encoders differ in which characters they escape and how they spell them, so that
/// what is looked for is found only in what they mean.
/// </summary>
internal sealed class DecodedText
{
    private readonly List<Escape> _escapes;
    private readonly DecodedText? _outer;

    private DecodedText(string text, List<Escape> escapes, DecodedText? outer, int minLength)
    {
        (Text, _escapes, _outer, MinLength) = (text, escapes, outer, minLength);
    }

    /// <summary>Texts without any of these characters have nothing to decode.</summary>
    public static SearchValues<char> Triggers { get; } = SearchValues.Create("%+&\\'\"\r\n");

    public string Text { get; }

    /// <summary>Shorter matches are chance: this reading joins what was apart.</summary>
    public int MinLength { get; }

    /// <summary>
    /// The ways to read a text in which something may be escaped: each kind of escaping taken off once, and each once more from what was escaped in JSON
    /// or in a URL. At most 18, whatever the text is.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="withSpaces">Whether spaces matter: a plus sign may be one, or itself.</param>
    public static IEnumerable<DecodedText> Of(string text, bool withSpaces)
    {
        foreach (var rule in EscapeRules.All)
        {
            if ((rule.NeedsSpaces && !withSpaces) || Decode(text, rule, null) is not { } once) continue;
            yield return once;
            if (!rule.IsOuter) continue;
            foreach (var inner in EscapeRules.All)
                if ((!inner.NeedsSpaces || withSpaces) && Decode(once.Text, inner, once) is { } twice) yield return twice;
        }
    }

    /// <summary>Where a part of <see cref="Text"/> stands in the text as it was given. An escape belongs to the part as a whole.</summary>
    public (int Start, int End) PlaceOf((int Start, int End) part)
    {
        var place = (Encoded(part.Start, isEnd: false), Encoded(part.End, isEnd: true));
        return _outer is null ? place : _outer.PlaceOf(place);
    }

    /// <summary>Null: nothing in it is escaped so.</summary>
    private static DecodedText? Decode(string text, EscapeRule rule, DecodedText? outer)
    {
        var next = text.AsSpan().IndexOfAny(rule.Triggers);
        if (next < 0) return null;
        var decoded = new StringBuilder(text.Length);
        var escapes = new List<Escape>();
        Span<char> letters = stackalloc char[8];
        var at = 0;
        for (; next >= 0; next = text.AsSpan(at).IndexOfAny(rule.Triggers))
        {
            decoded.Append(text, at, next);
            at += next;
            var length = rule.Read(text.AsSpan(at), letters, out var count);
            if (length == 0)
            {
                decoded.Append(text[at++]);
                continue;
            }

            escapes.Add(new Escape(decoded.Length, count, at, length));
            decoded.Append(letters[..count]);
            at += length;
        }

        return escapes.Count == 0 ? null : new DecodedText(decoded.Append(text, at, text.Length - at).ToString(), escapes, outer, rule.MinLength);
    }

    private int Encoded(int position, bool isEnd)
    {
        // The last escape that begins before the position: what lies between it and the position is as it was.
        var (low, high) = (0, _escapes.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            var begins = _escapes[middle];
            // An escape that means nothing, such as a line break left out, belongs to neither side of it.
            if (begins.Decoded < position || (!isEnd && begins.Decoded == position && begins.Count == 0)) low = middle + 1;
            else high = middle;
        }

        if (low == 0) return position;
        var last = _escapes[low - 1];
        if (position >= last.Decoded + last.Count) return position - last.Decoded - last.Count + last.Encoded + last.Length;
        return isEnd ? last.Encoded + last.Length : last.Encoded;
    }

    /// <param name="Decoded">Where its meaning stands.</param>
    /// <param name="Count">Characters of its meaning.</param>
    /// <param name="Encoded">Where it was spelled.</param>
    /// <param name="Length">Characters of its spelling.</param>
    private readonly record struct Escape(int Decoded, int Count, int Encoded, int Length);
}
