using System.ComponentModel.DataAnnotations;

namespace PlaybookOperator.Operator.Reviews;

/// <summary>
/// How often the API server is asked whose a token is, and what somebody may. Section <c>Reviews</c>. Each of the four budgets (see <see cref="ReviewLane"/>)
/// lets twice a second's worth begin at once after a quiet time, and as many again wait for at most about two seconds; more are told to come again.
/// </summary>
public sealed class ReviewOptions
{
    public const string Section = "Reviews";

    /// <summary>Reviews a second of tokens that name a pod of a Job of this operator.</summary>
    [Range(1, 10_000)]
    public int WorkersPerSecond { get; set; } = 100;

    /// <summary>Reviews a second, of those, for pods of one Job.</summary>
    [Range(1, 10_000)]
    public int JobPerSecond { get; set; } = 20;

    /// <summary>Reviews a second for callers of the API whose token was valid within the last hour, their rights included.</summary>
    [Range(1, 10_000)]
    public int CallersPerSecond { get; set; } = 50;

    /// <summary>Reviews a second of tokens that nobody here knows: of the API, and apart from them of the worker API.</summary>
    [Range(1, 10_000)]
    public int StrangersPerSecond { get; set; } = 20;

    /// <summary>Reviews under way at once in each budget.</summary>
    [Range(1, 1000)]
    public int AtOnce { get; set; } = 8;

    /// <summary>Seconds for which a token that was refused is refused without another review.</summary>
    [Range(1, 60)]
    public int RefusedSeconds { get; set; } = 5;
}
