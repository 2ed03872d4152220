using System.Globalization;

namespace PlaybookOperator.Kubernetes.Election;

/// <summary>
/// What a replica that stands by writes about itself. No times of day: the clocks of two machines need not agree.
/// </summary>
/// <param name="Identity">Its identity in the election.</param>
/// <param name="Run">Distinct for each process: a restarted one may have the same identity.</param>
/// <param name="Beat">Grows with each writing.</param>
/// <param name="ReadyFor">Whole seconds for which it has been ready; null when it is not.</param>
public readonly record struct ReplicaEntry(string Identity, string Run, long Beat, TimeSpan? ReadyFor)
{
    private const int MaxLength = 512;

    /// <summary>One line: <c>RUN BEAT SECONDS IDENTITY</c>, with <c>-</c> in place of the seconds of a replica that is not ready.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Run} {Beat} {(ReadyFor is { } ready ? ((long)ready.TotalSeconds).ToString(CultureInfo.InvariantCulture) : "-")} {Identity}");

    /// <summary>Reads what <see cref="ToString"/> wrote; null for anything else.</summary>
    public static ReplicaEntry? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxLength || text.Split(' ', 4) is not [var run, var beat, var ready, var identity]) return null;
        if (!long.TryParse(beat, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
        if (ready == "-") return new(identity, run, number, null);
        var isTime = int.TryParse(ready, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds);
        return isTime ? new(identity, run, number, TimeSpan.FromSeconds(seconds)) : null;
    }
}
