using System.Net;

namespace PlaybookOperator.Worker;

/// <summary>What the operator answered to one call.</summary>
/// <param name="Value">Null also for an answer without content, when <paramref name="Refusal"/> is null too.</param>
internal readonly record struct CallAnswer<T>(T? Value, CallRefusal? Refusal)
    where T : class;

/// <summary>Why a call did not succeed.</summary>
/// <param name="Status">Null: there was no answer.</param>
/// <param name="Reason">For the log.</param>
/// <param name="RetryAfter">When the operator wants to be asked again.</param>
internal sealed record CallRefusal(HttpStatusCode? Status, string Reason, TimeSpan? RetryAfter)
{
    /// <summary>Not now: the operator starts, is overloaded, away, or does not know our Job yet.</summary>
    public bool IsTransient => Status is null or HttpStatusCode.RequestTimeout or (HttpStatusCode)425 or HttpStatusCode.TooManyRequests || (int?)Status >= 500;

    public static CallRefusal Unreachable(string reason) => new(null, reason, null);

    /// <summary>It answered in another language than ours; asking again would not help.</summary>
    public static CallRefusal Unreadable(string reason) => new(HttpStatusCode.OK, $"the answer cannot be read: {reason}", null);
}
