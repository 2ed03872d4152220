using System.Buffers;
using System.Globalization;
using System.Text;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Tools.Secrets;

/// <summary>
/// Replaces secrets by <c>***</c>, in the forms that <c>docs/security.md</c> lists: as they are, in base64, and escaped as URLs, JSON, HTML, shells and
/// programs escape. The time it takes grows with the text, not with the number of secrets. Immutable and thread-safe.
/// </summary>
public sealed class SecretMask
{
    public const string Replacement = "***";

    /// <summary>
    /// Secrets of fewer characters are not hidden: they would hide the names of our own keys and half of all numbers, and whoever sees where the
    /// <c>***</c> stand could tell them.
    /// </summary>
    public const int MinTelling = 4;

    /// <summary>Characters that one character of a secret may take when it is escaped, JSON in JSON.</summary>
    private const int LongestEscape = 8;

    private readonly HashSet<string> _secrets;
    private readonly Dictionary<char, string[]> _patterns;
    private readonly SearchValues<string> _search;
    private readonly bool _hasSpaces;

    private SecretMask(HashSet<string> secrets, string[] patterns)
    {
        _secrets = secrets;
        // The longest first: of two patterns that begin at one place the longer must win, or its rest would stay visible.
        _patterns = patterns.GroupBy(pattern => pattern[0]).ToDictionary(group => group.Key, group => group.OrderByDescending(pattern => pattern.Length).ToArray());
        _search = SearchValues.Create(patterns, StringComparison.Ordinal);
        _hasSpaces = patterns.Any(pattern => pattern.Contains(' '));
        LongestLength = patterns.Length == 0 ? 0 : LongestEscape * patterns.Max(pattern => pattern.Length);
    }

    /// <summary>Hides nothing.</summary>
    public static SecretMask None { get; } = new([], []);

    public bool IsEmpty => _patterns.Count == 0;

    public static SecretMask Of(IEnumerable<string> secrets)
    {
        var hidden = secrets.ToHashSet(StringComparer.Ordinal);
        var patterns = hidden.SelectMany(SecretForms.Of).Distinct(StringComparer.Ordinal).ToArray();
        return patterns.Length == 0 && hidden.Count == 0 ? None : new SecretMask(hidden, patterns);
    }

    /// <summary>Whether it was made of exactly these.</summary>
    public bool IsOf(IReadOnlySet<string> secrets) => _secrets.Count == secrets.Count && _secrets.SetEquals(secrets);

    /// <summary>The text without secrets; the same instance when there are none in it.</summary>
    public string Apply(string text)
    {
        if (IsEmpty || Find(text) is not { Count: > 0 } found) return text;
        var masked = new StringBuilder(text.Length);
        var from = 0;
        foreach (var (start, end) in found)
        {
            masked.Append(text, from, start - from).Append(Replacement);
            from = end;
        }

        return masked.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>The value with secrets replaced in its texts, names among them.</summary>
    public Value Apply(Value value) => IsEmpty ? value : value.Kind switch
    {
        ValueKind.String => Value.From(Apply(value.ToText())),
        ValueKind.List => Value.List([.. value.Items.Select(Apply)]),
        ValueKind.Map => Value.Map([.. value.Members.Select(member => KeyValuePair.Create(Apply(member.Key), Apply(member.Value)))]),
        _ => value,
    };

    /// <summary>Whether a secret is in the text.</summary>
    public bool Tells(string text) => !IsEmpty && text.Length >= MinTelling && Find(text).Count > 0;

    /// <summary>Whether a number tells a secret, as it was written or as it is: 4.8213377E7 is 48213377.</summary>
    public bool TellsNumber(Value number) =>
        !IsEmpty && (Tells(number.ToText()) || (number.TryGetFloat(out var value) && Tells(value.ToString("R", CultureInfo.InvariantCulture))));

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
        var found = Matches(text, MinTelling);
        if (!text.AsSpan().ContainsAny(DecodedText.Triggers)) return found;
        foreach (var decoded in DecodedText.Of(text, _hasSpaces)) found.AddRange(Matches(decoded.Text, decoded.MinLength).Select(decoded.PlaceOf));
        return found.Count < 2 ? found : Merge(found);
    }

    /// <summary>In order. A pattern that begins within another one counts too, or the end of a secret would stay that overlaps with another.</summary>
    private List<(int Start, int End)> Matches(string text, int minLength)
    {
        var found = new List<(int Start, int End)>();
        for (var (from, next) = (0, 0); from < text.Length && (next = text.AsSpan(from).IndexOfAny(_search)) >= 0; from++)
        {
            from += next;
            var end = from + MatchLength(text.AsSpan(from));
            if (end - from < minLength) continue;
            if (found.Count > 0 && from < found[^1].End) found[^1] = (found[^1].Start, Math.Max(found[^1].End, end));
            else found.Add((from, end));
        }

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
        foreach (var pattern in _patterns[text[0]])
            if (text.StartsWith(pattern, StringComparison.Ordinal)) return pattern.Length;
        return 1;
    }
}
