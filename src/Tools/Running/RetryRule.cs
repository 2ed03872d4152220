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

    /// <summary>The same where an entry of <c>case</c> has already said that this outcome, good or bad, is to be tried again; its own conditions may still object.</summary>
    public static bool RetriesCase(ErrorRetryPlan plan, int attempt, WorkError? error, RunScope scope)
    {
        if (attempt >= plan.MaxAttempts) return false;
        if (plan.StopWhen is { } stop && scope.Test(stop)) return false;
        if (plan.RetryableStatusCodes is { IsDefaultOrEmpty: false } codes && error?.Status is { } status && !codes.Contains(status)) return false;
        return plan.When is not { } when || scope.Test(when);
    }
}
