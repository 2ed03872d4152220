using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace PlaybookOperator.Tools.Secrets;

/// <summary>Reads one escape at the beginning of a text: what it means goes into <paramref name="letters"/>.</summary>
/// <returns>Characters of its spelling; 0: there is none.</returns>
internal delegate int ReadEscape(ReadOnlySpan<char> text, Span<char> letters, out int count);

/// <summary>One kind of escaping.</summary>
/// <param name="Triggers">What its escapes begin with.</param>
internal sealed record EscapeRule(SearchValues<char> Triggers, ReadEscape Read)
{
    /// <summary>It matters only where spaces are looked for.</summary>
    public bool NeedsSpaces { get; init; }

    /// <summary>Other escapes may stand inside it: JSON in JSON, a URL in JSON, JSON in a URL.</summary>
    public bool IsOuter { get; init; }

    public int MinLength { get; init; }
}

/// <summary>The kinds of escaping that are seen through.</summary>
internal static class EscapeRules
{
    private const int LongestEntity = 12;

    public static IReadOnlyList<EscapeRule> All { get; } =
    [
        new(SearchValues.Create("%"), ReadPercent) { IsOuter = true },
        new(SearchValues.Create("%+"), ReadForm) { NeedsSpaces = true },
        new(SearchValues.Create("\\"), ReadBackslash) { IsOuter = true },
        new(SearchValues.Create("&"), ReadEntity),
        new(SearchValues.Create("'\""), ReadQuote),
        new(SearchValues.Create("\r\n"), ReadLineBreak) { MinLength = 8 },
    ];

    private static int ReadPercent(ReadOnlySpan<char> text, Span<char> letters, out int count) => ReadBytes(text, PercentByte, letters, out count);

    /// <summary>Of a form, in which a plus sign is a space.</summary>
    private static int ReadForm(ReadOnlySpan<char> text, Span<char> letters, out int count)
    {
        if (text[0] != '+') return ReadPercent(text, letters, out count);
        (letters[0], count) = (' ', 1);
        return 1;
    }

    /// <summary>Of JSON, JavaScript, Python, C and the shell, of which none contradicts another; a character that means nothing special means itself.</summary>
    private static int ReadBackslash(ReadOnlySpan<char> text, Span<char> letters, out int count)
    {
        count = 1;
        if (text.Length < 2) return 0;
        switch (text[1])
        {
            case 'u' when Hex(text, 2, 4) is { } unit:
                letters[0] = (char)unit;
                return 6;
            case 'U' when Hex(text, 2, 8) is { } code && Rune.IsValid(code):
                count = new Rune(code).EncodeToUtf16(letters);
                return 10;
            case 'x' when Hex(text, 2, 2) is { } value:
                if (ReadBytes(text, HexByte, letters, out count) is > 0 and var read) return read;
                (letters[0], count) = ((char)value, 1);
                return 4;
            case >= '0' and <= '3' when OctalByte(text, out _) > 0:
                return ReadBytes(text, OctalByte, letters, out count);
            default:
                letters[0] = text[1] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', 'b' => '\b', 'f' => '\f', var itself => itself };
                return 2;
        }
    }

    /// <summary>Of HTML and XML.</summary>
    private static int ReadEntity(ReadOnlySpan<char> text, Span<char> letters, out int count)
    {
        count = 0;
        var end = text[..Math.Min(text.Length, LongestEntity)].IndexOf(';');
        if (end < 2) return 0;
        var entity = text[..(end + 1)].ToString();
        var meaning = WebUtility.HtmlDecode(entity);
        if (meaning == entity || meaning.Length > letters.Length) return 0;
        meaning.CopyTo(letters);
        count = meaning.Length;
        return entity.Length;
    }

    /// <summary>A quote within quotes: in the shell, where it must be left for it, and doubled in SQL, YAML and CSV.</summary>
    private static int ReadQuote(ReadOnlySpan<char> text, Span<char> letters, out int count)
    {
        count = 1;
        letters[0] = text[0];
        if (text.StartsWith("'\\''")) return 4;
        if (text.StartsWith("'\"'\"'")) return 5;
        return text.Length > 1 && text[1] == text[0] ? 2 : 0;
    }

    /// <summary>Of a text that was folded, as base64 is.</summary>
    private static int ReadLineBreak(ReadOnlySpan<char> text, Span<char> letters, out int count)
    {
        count = 0;
        return text.StartsWith("\r\n") ? 2 : 1;
    }

    private delegate int ReadByte(ReadOnlySpan<char> text, out byte value);

    /// <summary>One character whose UTF-8 bytes are each spelled.</summary>
    private static int ReadBytes(ReadOnlySpan<char> text, ReadByte read, Span<char> letters, out int count)
    {
        count = 0;
        Span<byte> bytes = stackalloc byte[4];
        var at = 0;
        for (var length = 1; length <= bytes.Length; length++)
        {
            var one = read(text[at..], out bytes[length - 1]);
            if (one == 0) return 0;
            at += one;
            if (Rune.DecodeFromUtf8(bytes[..length], out var rune, out _) == OperationStatus.NeedMoreData) continue;
            if (rune == Rune.ReplacementChar) return 0;
            count = rune.EncodeToUtf16(letters);
            return at;
        }

        return 0;
    }

    private static int PercentByte(ReadOnlySpan<char> text, out byte value) => text.StartsWith("%") && TryByte(text, 1, out value) ? 3 : None(out value);

    private static int HexByte(ReadOnlySpan<char> text, out byte value) => text.StartsWith("\\x") && TryByte(text, 2, out value) ? 4 : None(out value);

    private static int OctalByte(ReadOnlySpan<char> text, out byte value)
    {
        value = 0;
        if (text.Length < 4 || text[0] != '\\' || text[1] is < '0' or > '3' || text[2] is < '0' or > '7' || text[3] is < '0' or > '7') return 0;
        value = (byte)((text[1] - '0') * 64 + (text[2] - '0') * 8 + text[3] - '0');
        return 4;
    }

    private static bool TryByte(ReadOnlySpan<char> text, int from, out byte value)
    {
        var found = Hex(text, from, 2);
        value = (byte)found.GetValueOrDefault();
        return found is not null;
    }

    private static int None(out byte value)
    {
        value = 0;
        return 0;
    }

    private static int? Hex(ReadOnlySpan<char> text, int from, int digits) =>
        text.Length >= from + digits && int.TryParse(text.Slice(from, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;
}
