namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>
/// Spaces the starts of a loop with <c>rateLimit</c>: start k is due at the loop's start + k ÷ rate. A loop that could not start for a while
/// (window full, suspended, operator away) may catch up, but by one second's worth of starts at most.
/// </summary>
internal static class LoopPace
{
    /// <summary>When the next start is due after one that was due at <paramref name="due"/> and happens <paramref name="now"/>.</summary>
    public static DateTimeOffset After(DateTimeOffset due, DateTimeOffset now, double perSecond)
    {
        var gap = 1 / perSecond;
        var longestLag = TimeSpan.FromSeconds(Math.Max(0, 1 - gap));
        var anchor = due < now - longestLag ? now - longestLag : due;
        var next = anchor + TimeSpan.FromSeconds(Math.Min(gap, Playbooks.Duration.Maximum.TotalSeconds));
        // Whole microseconds: what a database keeps, so that the state reads back as it was decided.
        return new DateTimeOffset((next.UtcTicks + TimeSpan.TicksPerMicrosecond - 1) / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
    }
}
