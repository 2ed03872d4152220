using System.Globalization;

namespace PlaybookOperator.Core.Data;

/// <summary>
/// Escapes like <c>\ud83d</c> without their other half. JSON allows them, the platform's readers throw when they meet one, and neither Postgres nor Kubernetes
/// stores them: each becomes <c>\ufffd</c>, which has the same length, so that places in the text stay true.
/// </summary>
public static class LoneSurrogates
{
    /// <summary>The text itself where there are none, else a copy.</summary>
    /// <param name="utf8Json">JSON, or what claims to be.</param>
    public static ReadOnlyMemory<byte> Mend(ReadOnlyMemory<byte> utf8Json)
    {
        var text = utf8Json.Span;
        if (text.IndexOf("\\ud"u8) < 0 && text.IndexOf("\\uD"u8) < 0) return utf8Json;
        byte[]? copy = null;
        for (var at = text.IndexOf((byte)'\\'); at >= 0 && at + 1 < text.Length; at = Next(text, at))
        {
            if (!char.IsSurrogate(UnitAt(text, at))) at += 2;
            else if (IsPairAt(text, at)) at += 12;
            else
            {
                copy ??= utf8Json.ToArray();
                "\\ufffd"u8.CopyTo(copy.AsSpan(at));
                at += 6;
            }
        }

        return copy ?? utf8Json;
    }

    private static int Next(ReadOnlySpan<byte> text, int from) => text[from..].IndexOf((byte)'\\') is var step and >= 0 ? from + step : -1;

    private static bool IsPairAt(ReadOnlySpan<byte> text, int at) => char.IsHighSurrogate(UnitAt(text, at)) && char.IsLowSurrogate(UnitAt(text, at + 6));

    /// <summary>The UTF-16 unit that an escape names, or 0 where there is no such escape.</summary>
    private static char UnitAt(ReadOnlySpan<byte> text, int at) =>
        at + 6 <= text.Length && text[at] == '\\' && text[at + 1] == 'u'
        && ushort.TryParse(text.Slice(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit) ? (char)unit : '\0';
}
