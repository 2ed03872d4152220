using System.Globalization;

namespace PlaybookOperator.Kubernetes.Client;

/// <summary>
/// Escapes of half a surrogate pair (<c>\ud800</c> alone) are legal JSON, but no text: whoever reads such a value or name fails. They
/// become U+FFFD, as in the server's own decoder. An escape is six bytes whatever it names, so nothing moves.
/// </summary>
internal static class LoneSurrogates
{
    private const int EscapeLength = 6;

    /// <summary>The same bytes when there is nothing to replace, which is the rule.</summary>
    public static ReadOnlyMemory<byte> Replace(ReadOnlyMemory<byte> json)
    {
        byte[]? mended = null;
        for (var at = NextEscape(json.Span, 0); at >= 0; at = NextEscape(json.Span, at))
        {
            var unit = Unit(json.Span[at..]);
            if (unit is null)
            {
                // Two bytes: the second may be a backslash that begins nothing.
                at += 2;
            }
            else if (char.IsHighSurrogate(unit.Value) && Unit(json.Span[(at + EscapeLength)..]) is { } low && char.IsLowSurrogate(low))
            {
                at += 2 * EscapeLength;
            }
            else
            {
                if (char.IsSurrogate(unit.Value)) "\\ufffd"u8.CopyTo((mended ??= json.ToArray()).AsSpan(at));
                at += EscapeLength;
            }
        }

        return mended ?? json;
    }

    private static int NextEscape(ReadOnlySpan<byte> json, int from)
    {
        if (from >= json.Length) return -1;
        var found = json[from..].IndexOf((byte)'\\');
        return found < 0 ? -1 : from + found;
    }

    // The UTF-16 code unit that an escape at the beginning names; null where there is no such escape.
    private static char? Unit(ReadOnlySpan<byte> json)
    {
        if (json.Length < EscapeLength || json[0] != '\\' || json[1] != 'u') return null;
        return ushort.TryParse(json[2..EscapeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit) ? (char)unit : null;
    }
}
