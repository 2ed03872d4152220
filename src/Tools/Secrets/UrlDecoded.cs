using System.Text;

namespace PlaybookOperator.Tools.Secrets;

/// <summary>
/// A text without its percent-encoding, and where each character of it stood. Encoders differ in which characters they encode, so that what is looked for
/// is found only in what they mean.
/// </summary>
internal sealed class UrlDecoded
{
    /// <summary>Where each character began in the encoded text; one more for its end.</summary>
    private readonly int[] _starts;

    private UrlDecoded(string encoded, bool plusIsSpace)
    {
        var text = new StringBuilder(encoded.Length);
        var starts = new List<int>(encoded.Length + 1);
        Span<byte> bytes = stackalloc byte[4];
        Span<char> letters = stackalloc char[2];
        for (var at = 0; at < encoded.Length;)
        {
            var length = DecodeAt(encoded, at, bytes, letters, out var count);
            if (length == 0)
            {
                letters[0] = plusIsSpace && encoded[at] == '+' ? ' ' : encoded[at];
                (length, count) = (1, 1);
            }

            for (var i = 0; i < count; i++) starts.Add(at);
            text.Append(letters[..count]);
            at += length;
        }

        starts.Add(encoded.Length);
        (Text, _starts) = (text.ToString(), [.. starts]);
    }

    public string Text { get; }

    /// <summary>The ways to read a text in which something may be encoded.</summary>
    /// <param name="encoded">The text.</param>
    /// <param name="withSpaces">Whether spaces matter: a plus sign may be one, or itself.</param>
    public static IEnumerable<UrlDecoded> Of(string encoded, bool withSpaces)
    {
        if (encoded.Contains('%')) yield return new UrlDecoded(encoded, plusIsSpace: false);
        if (withSpaces && encoded.Contains('+')) yield return new UrlDecoded(encoded, plusIsSpace: true);
    }

    /// <summary>Where a part of <see cref="Text"/> stands in the encoded text. A character of two halves begins and ends with both.</summary>
    public (int Start, int End) PlaceOf((int Start, int End) part)
    {
        var after = part.End;
        while (after < Text.Length && _starts[after] == _starts[after - 1]) after++;
        return (_starts[part.Start], _starts[after]);
    }

    /// <summary>Decodes one character; returns how long its spelling is, 0 when there is none.</summary>
    private static int DecodeAt(string encoded, int at, Span<byte> bytes, Span<char> letters, out int count)
    {
        count = 0;
        for (var length = 1; length <= bytes.Length; length++)
        {
            var from = at + 3 * (length - 1);
            if (from + 2 >= encoded.Length || encoded[from] != '%' || !TryHex(encoded[from + 1], encoded[from + 2], out bytes[length - 1])) return 0;
            if (Rune.DecodeFromUtf8(bytes[..length], out var rune, out _) == System.Buffers.OperationStatus.NeedMoreData) continue;
            if (rune == Rune.ReplacementChar) return 0;
            count = rune.EncodeToUtf16(letters);
            return 3 * length;
        }

        return 0;
    }

    private static bool TryHex(char high, char low, out byte value)
    {
        value = 0;
        if (!char.IsAsciiHexDigit(high) || !char.IsAsciiHexDigit(low)) return false;
        value = (byte)(Convert.ToInt32(high.ToString(), 16) * 16 + Convert.ToInt32(low.ToString(), 16));
        return true;
    }
}
