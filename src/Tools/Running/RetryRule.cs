using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Running;

/// <summary>Whether a failed attempt is tried again.</summary>
internal static class RetryRule
{
    /// <summary>The scope has the attempt's <c>error</c>, <c>attempt</c>, <c>response</c>, … bound.</summary>
    public static bool Retries(ErrorRetryPlan plan, int attempt, WorkError error, RunScope scope)
    {
        if (attempt >= plan.MaxAttempts) return false;
        if (plan.StopWhen is { } stop && scope.Test(stop)) return false;
        var isListed = plan.RetryableStatusCodes is not { IsDefaultOrEmpty: false } codes || error.Status is not { } status ? (bool?)null : codes.Contains(status);
        if (plan.When is { } when) return isListed != false && scope.Test(when);
        return isListed ?? error.Retryable;
    }
}
