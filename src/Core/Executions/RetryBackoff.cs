using PlaybookOperator.Core.Playbooks;

namespace PlaybookOperator.Core.Executions;

/// <summary>How long to wait before an attempt is repeated.</summary>
public static class RetryBackoff
{
    /// <summary>
    /// The delay after a failed attempt: initial delay × multiplier^(attempt − 1), spread by jitter, never above the plan's maximum.
    /// </summary>
    /// <param name="plan">The step's <c>on_error</c>.</param>
    /// <param name="attempt">The attempt that failed, from 1.</param>
    /// <param name="random">A number in [0, 1); with jitter the delay is multiplied by 0.5 + this.</param>
    /// <param name="retryAfter">What the called system asked for; replaces a shorter delay, unspread, up to the maximum.</param>
    public static TimeSpan Delay(ErrorRetryPlan plan, int attempt, double random, TimeSpan? retryAfter)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentOutOfRangeException.ThrowIfLessThan(attempt, 1);
        var maximum = plan.MaxDelay.TotalSeconds;
        var grown = plan.InitialDelay.TotalSeconds * Math.Pow(plan.BackoffMultiplier, attempt - 1);
        // A zero initial delay times an overflowed power is not a number, and means no delay.
        var steady = double.IsNaN(grown) ? 0 : Math.Min(grown, maximum);
        var spread = plan.Jitter ? Math.Min(steady * (0.5 + random), maximum) : steady;
        var asked = Math.Min(retryAfter?.TotalSeconds ?? 0, maximum);
        return TimeSpan.FromSeconds(Math.Max(spread, asked));
    }
}
