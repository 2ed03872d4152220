using System.Buffers;
using System.Text;
using System.Text.Json;

namespace PlaybookOperator.Tools.Secrets;

/// <summary>
/// Replaces secrets by <c>***</c>: as they are, URL-encoded (whichever characters were), base64 (also inside a longer encoded text) and as JSON escapes.
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
    private readonly bool _hasSpaces;

    private SecretMask(string[] patterns)
    {
        (_patterns, _hasSpaces) = (patterns, patterns.Any(pattern => pattern.Contains(' ')));
        _search = SearchValues.Create(patterns, StringComparison.Ordinal);
        // As if every byte were encoded.
        LongestLength = patterns.Length == 0 ? 0 : patterns.Max(pattern => 3 * Encoding.UTF8.GetByteCount(pattern));
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
        StringBuilder? masked = null;
        var from = 0;
        foreach (var (start, end) in Find(text))
        {
            (masked ??= new StringBuilder(text.Length)).Append(text, from, start - from).Append(Replacement);
            from = end;
        }

        return masked is null ? text : masked.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>Whether a secret of at least <see cref="MinTelling"/> characters is in the text: for names and numbers, where shorter ones occur by chance.</summary>
    public bool Tells(string text) => text.Length >= MinTelling && !IsEmpty && Find(text).Exists(place => place.End - place.Start >= MinTelling);

    /// <summary>Characters of the longest text that this replaces.</summary>
    public int LongestLength { get; }

    /// <summary>The first place from <paramref name="position"/> on at which the text can be cut without leaving the end of a secret behind.</summary>
    public int CutAt(string text, int position)
    {
        if (IsEmpty) return position;
        var before = Math.Max(0, position - LongestLength);
        foreach (var (start, end) in Find(text[before..]))
        {
            if (before + start >= position) break;
            if (before + end > position) return before + end;
        }

        return position;
    }

    /// <summary>Where secrets stand, in order; the places do not overlap.</summary>
    private List<(int Start, int End)> Find(string text)
    {
        var found = Matches(text);
        foreach (var decoded in UrlDecoded.Of(text, _hasSpaces)) found.AddRange(Matches(decoded.Text).Select(decoded.PlaceOf));
        return found.Count < 2 ? found : Merge(found);
    }

    private List<(int Start, int End)> Matches(string text)
    {
        var found = new List<(int Start, int End)>();
        for (var (from, next) = (0, 0); (next = text.AsSpan(from).IndexOfAny(_search)) >= 0; from = found[^1].End)
            found.Add((from + next, from + next + MatchLength(text.AsSpan(from + next))));
        return found;
    }

    private static List<(int Start, int End)> Merge(List<(int Start, int End)> found)
    {
        found.Sort();
        var merged = new List<(int Start, int End)> { found[0] };
        foreach (var (start, end) in found)
        {
            if (start < merged[^1].End) merged[^1] = (merged[^1].Start, Math.Max(merged[^1].End, end));
            else merged.Add((start, end));
        }

        return merged;
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
        yield return JsonEncodedText.Encode(secret).ToString();
        yield return JsonEncodedText.Encode(secret, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
        foreach (var piece in Base64Pieces(Encoding.UTF8.GetBytes(secret)))
        {
            yield return piece;
            yield return piece.Replace('+', '-').Replace('/', '_');
        }
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
