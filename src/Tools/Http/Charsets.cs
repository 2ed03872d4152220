using System.Text;

namespace PlaybookOperator.Tools.Http;

/// <summary>Encodings by the names that <c>charset</c> parameters have, those of old code pages among them. All are strict: what they cannot read or write throws.</summary>
internal static class Charsets
{
    /// <summary>Null: the name is not known here.</summary>
    public static Encoding? Find(string name)
    {
        var asked = Alias(name.Trim().ToLowerInvariant());
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(asked, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
                ?? Encoding.GetEncoding(asked, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            // UTF-7 is switched off in the platform, because it hides what a text holds.
            return null;
        }
    }

    public static Encoding Utf8 { get; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The encoding that a byte order mark names, and the mark's length; null without a mark.</summary>
    public static (Encoding Encoding, int Length)? OfMark(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xEF, 0xBB, 0xBF, ..] => (Utf8, 3),
        [0xFF, 0xFE, 0, 0, ..] => (new UTF32Encoding(bigEndian: false, byteOrderMark: false, throwOnInvalidCharacters: true), 4),
        [0xFE, 0xFF, ..] => (new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true), 2),
        [0xFF, 0xFE, ..] => (new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true), 2),
        _ => null,
    };

    /// <summary>Spellings that servers use and the platform's table lacks.</summary>
    private static string Alias(string name) => name switch
    {
        "utf8" => "utf-8",
        "utf16" => "utf-16",
        "latin-1" or "latin1" => "iso-8859-1",
        _ when name.StartsWith("iso8859", StringComparison.Ordinal) => $"iso-8859-{name["iso8859".Length..].TrimStart('-', '_')}",
        _ when name.StartsWith("cp125", StringComparison.Ordinal) => $"windows-{name[2..]}",
        _ => name,
    };
}
