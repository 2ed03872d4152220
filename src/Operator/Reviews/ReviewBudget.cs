using System.Threading.RateLimiting;

namespace PlaybookOperator.Operator.Reviews;

/// <summary>How many reviews may begin in a second and be under way at once. Waiting is bounded in number, and so in time. Thread-safe.</summary>
internal sealed class ReviewBudget : IDisposable
{
    private const int PeriodsPerSecond = 10;

    private readonly TokenBucketRateLimiter _rate;
    private readonly ConcurrencyLimiter _atOnce;

    public ReviewBudget(int perSecond, int atOnce)
    {
        _rate = new(Rate(perSecond, waiting: 2 * perSecond));
        _atOnce = new(new ConcurrencyLimiterOptions { PermitLimit = atOnce, QueueLimit = 4 * perSecond });
    }

    /// <summary>A place that is held while the review is under way; one that was not acquired means: too many, come again.</summary>
    public async ValueTask<RateLimitLease> EnterAsync(CancellationToken cancellationToken)
    {
        var turn = await _rate.AcquireAsync(permitCount: 1, cancellationToken);
        if (!turn.IsAcquired) return turn;
        turn.Dispose();
        return await _atOnce.AcquireAsync(permitCount: 1, cancellationToken);
    }

    public void Dispose()
    {
        _rate.Dispose();
        _atOnce.Dispose();
    }

    internal static TokenBucketRateLimiterOptions Rate(int perSecond, int waiting)
    {
        var periods = Math.Min(perSecond, PeriodsPerSecond);
        return new()
        {
            TokenLimit = 2 * perSecond,
            TokensPerPeriod = perSecond / periods,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1) / periods,
            QueueLimit = waiting,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        };
    }
}
