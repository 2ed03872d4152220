using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;

namespace PlaybookOperator.Tools.Secrets;

/// <summary>
/// Replaces secrets by <c>***</c>: as they are, URL-encoded (the usual spellings), base64 (also inside a longer encoded text) and as JSON escapes.
/// Immutable and thread-safe.
/// </summary>
public sealed class SecretMask
{
    public const string Replacement = "***";

    /// <summary>Fewer characters tell nothing: they would hide the names of our own keys and half of all numbers.</summary>
    public const int MinTelling = 4;

    /// <summary>Shorter pieces of base64 would match by chance.</summary>
    private const int MinBase64PieceLength = 6;

    private readonly string[] _patterns;
    private readonly SearchValues<string> _search;

    private SecretMask(string[] patterns)
    {
        _patterns = patterns;
        _search = SearchValues.Create(patterns, StringComparison.Ordinal);
    }

    /// <summary>Hides nothing.</summary>
    public static SecretMask None { get; } = new([]);

    public bool IsEmpty => _patterns.Length == 0;

    public static SecretMask Of(IEnumerable<string> secrets)
    {
        // The longest first: of two patterns that begin at one place the longer must win, or its rest would stay visible.
        var patterns = secrets.Where(secret => secret.Length > 0).SelectMany(Spellings)
            .Distinct(StringComparer.Ordinal).OrderByDescending(pattern => pattern.Length).ToArray();
        return patterns.Length == 0 ? None : new SecretMask(patterns);
    }

    /// <summary>The text without secrets; the same instance when there are none in it.</summary>
    public string Apply(string text)
    {
        if (IsEmpty) return text;
        var next = text.AsSpan().IndexOfAny(_search);
        if (next < 0) return text;
        var masked = new StringBuilder(text.Length);
        var rest = text.AsSpan();
        while (next >= 0)
        {
            masked.Append(rest[..next]).Append(Replacement);
            rest = rest[(next + MatchLength(rest[next..]))..];
            next = rest.IndexOfAny(_search);
        }

        return masked.Append(rest).ToString();
    }

    /// <summary>Whether a secret of at least <see cref="MinTelling"/> characters is in the text: for names and numbers, where shorter ones occur by chance.</summary>
    public bool Tells(string text) =>
        text.Length >= MinTelling && Array.Exists(_patterns, pattern => pattern.Length >= MinTelling && text.Contains(pattern, StringComparison.Ordinal));

    /// <summary>Characters of the longest text that this replaces.</summary>
    public int LongestLength => _patterns.Length == 0 ? 0 : _patterns[0].Length;

    /// <summary>The first place from <paramref name="position"/> on at which the text can be cut without leaving the end of a secret behind.</summary>
    public int CutAt(string text, int position)
    {
        if (IsEmpty) return position;
        for (var at = Math.Max(0, position - LongestLength); ;)
        {
            var next = text.AsSpan(at).IndexOfAny(_search);
            if (next < 0 || at + next >= position) return position;
            at += next + MatchLength(text.AsSpan(at + next));
            if (at > position) return at;
        }
    }

    private int MatchLength(ReadOnlySpan<char> text)
    {
        foreach (var pattern in _patterns)
            if (text.StartsWith(pattern, StringComparison.Ordinal)) return pattern.Length;
        return 1;
    }

    private static IEnumerable<string> Spellings(string secret)
    {
        yield return secret;
        foreach (var encoded in new[] { Uri.EscapeDataString(secret), WebUtility.UrlEncode(secret), EscapeUnsafe(secret) })
        {
            yield return encoded;
            yield return LowerHex(encoded);
        }

        yield return JsonEncodedText.Encode(secret).ToString();
        yield return JsonEncodedText.Encode(secret, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
        foreach (var piece in Base64Pieces(Encoding.UTF8.GetBytes(secret)))
        {
            yield return piece;
            yield return piece.Replace('+', '-').Replace('/', '_');
        }
    }

    /// <summary>Only what may not stand in a URL at all is escaped, as many servers print it back.</summary>
    private static string EscapeUnsafe(string text)
    {
        const string kept = "-._~:/?#[]@!$&'()*+,;=";
        var escaped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var letter = rune.ToString();
            var isKept = rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || kept.Contains((char)rune.Value));
            escaped.Append(isKept ? letter : Uri.EscapeDataString(letter));
        }

        return escaped.ToString();
    }

    private static string LowerHex(string encoded)
    {
        var letters = encoded.ToCharArray();
        for (var i = 0; i + 2 < letters.Length; i++)
        {
            if (letters[i] != '%') continue;
            letters[i + 1] = char.ToLowerInvariant(letters[i + 1]);
            letters[i + 2] = char.ToLowerInvariant(letters[i + 2]);
        }

        return new string(letters);
    }

    /// <summary>
    /// The encoded secret, and the part of it that is the same wherever the secret stands in a longer encoded text:
    /// base64 spells three bytes at a time, so there are three such parts.
    /// </summary>
    private static IEnumerable<string> Base64Pieces(byte[] secret)
    {
        var whole = Convert.ToBase64String(secret);
        yield return whole;
        if (whole.TrimEnd('=').Length >= MinBase64PieceLength) yield return whole.TrimEnd('=');
        for (var before = 0; before < 3; before++)
        {
            var shifted = Convert.ToBase64String([.. new byte[before], .. secret]);
            // Characters that also carry bits of the neighbouring bytes are not ours to match.
            var from = before switch { 0 => 0, 1 => 2, _ => 3 };
            var to = (before + secret.Length) / 3 * 4 + ((before + secret.Length) % 3) switch { 0 => 0, 1 => 1, _ => 2 };
            if (to - from >= MinBase64PieceLength) yield return shifted[from..to];
        }
    }
}
