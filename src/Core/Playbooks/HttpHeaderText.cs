using System.Buffers;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>What RFC 9110 lets a header consist of.</summary>
public static class HttpHeaderText
{
    private static readonly SearchValues<char> s_tokenLetters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    public static bool IsName(string text) => text.Length > 0 && text.AsSpan().IndexOfAnyExcept(s_tokenLetters) < 0;

    /// <summary>ASCII without control characters: what every server understands.</summary>
    public static bool IsValue(string text) => text.All(letter => letter is >= ' ' and <= '~' or '\t');
}
