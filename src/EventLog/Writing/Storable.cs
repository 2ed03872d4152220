using PlaybookOperator.Core.Work;

namespace PlaybookOperator.EventLog.Writing;

/// <summary>What a column can hold: applied by both logs, so that a value reads back the same whichever log it went through.</summary>
internal static class Storable
{
    private const char Replacement = '\uFFFD';

    /// <summary>Instants have microseconds in the database.</summary>
    public static DateTimeOffset Instant(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    /// <summary>A text for people: NUL and lone surrogates, which no text column takes, become U+FFFD, and it is cut at the contract's length.</summary>
    public static string? Sentence(string? text)
    {
        if (text is null) return null;
        if (text.Length > WorkLimits.MaxErrorLength) text = text[..WorkLimits.MaxErrorLength];
        return IsStorable(text) ? text : Replace(text);
    }

    private static bool IsStorable(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0') return false;
            if (!char.IsSurrogate(text[i])) continue;
            if (!IsPair(text, i)) return false;
            i++;
        }

        return true;
    }

    private static string Replace(string text) => string.Create(text.Length, text, static (target, source) =>
    {
        for (var i = 0; i < source.Length; i++)
        {
            var pair = IsPair(source, i);
            target[i] = !pair && (source[i] == '\0' || char.IsSurrogate(source[i])) ? Replacement : source[i];
            if (pair) target[++i] = source[i];
        }
    });

    private static bool IsPair(string text, int index) =>
        index + 1 < text.Length && char.IsSurrogatePair(text[index], text[index + 1]);
}
