using System.Globalization;

namespace PlaybookOperator.Core.Executions;

/// <summary>How fast iterations end: an average over the past in which what lies ten seconds back weighs half.</summary>
/// <param name="At">When it was looked at last.</param>
/// <param name="Ended">Iterations that had ended then.</param>
/// <param name="PerSecond">Null until it has been looked at twice.</param>
public sealed record ProgressRate(DateTimeOffset At, long Ended, double? PerSecond = null)
{
    private static readonly TimeSpan s_halfLife = TimeSpan.FromSeconds(10);

    /// <summary>Below this nothing is going on that is worth a figure: about one an hour.</summary>
    private const double Least = 1.0 / 3600;

    /// <summary>Nothing moves until the next look, as far as anybody can tell.</summary>
    public bool IsAtRest => PerSecond is null or < Least;

    public ProgressRate Next(DateTimeOffset at, long ended)
    {
        if (at <= At) return this;
        var now = Math.Max(0, ended - Ended) / (at - At).TotalSeconds;
        var weight = Math.Pow(0.5, (at - At) / s_halfLife);
        return new ProgressRate(at, ended, PerSecond is { } before ? (before * weight) + (now * (1 - weight)) : now);
    }

    /// <summary>How long the rest takes at this rate; null when nothing is left, or nobody can say.</summary>
    public TimeSpan? TimeLeft(long left)
    {
        if (left <= 0 || IsAtRest) return null;
        var seconds = left / PerSecond!.Value;
        return seconds < TimeSpan.FromDays(3650).TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    /// <summary>For people: <c>3120/s</c>, <c>2.5/s</c>, <c>12/min</c>, <c>5/h</c>; null until there is a rate.</summary>
    public string? Text => PerSecond switch
    {
        null => null,
        >= 10 => Format("{0:0}/s", 1),
        >= 0.5 => Format("{0:0.0}/s", 1),
        >= 0.5 / 60 => Format("{0:0.#}/min", 60),
        >= Least => Format("{0:0.#}/h", 3600),
        _ => "0/s",
    };

    private string Format(string format, double unit) => string.Format(CultureInfo.InvariantCulture, format, PerSecond * unit);
}
