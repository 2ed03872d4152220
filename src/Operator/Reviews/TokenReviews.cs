using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Operator.Reviews;

/// <summary>
/// Asks the API server whose a token is and what somebody may, within budgets apart from those of the reconciler: anybody who reaches the port can make this
/// replica ask. Thread-safe.
/// </summary>
internal sealed class TokenReviews : IDisposable
{
    /// <summary>Longer ones are no token: a request's headers are bounded likewise.</summary>
    public const int MaxTokenLength = 16 << 10;

    private readonly ApiClient _client;
    private readonly ReviewMetrics _metrics;
    private readonly Dictionary<ReviewLane, ReviewBudget> _budgets;
    private readonly PartitionedRateLimiter<NamespacedName> _jobs;

    public TokenReviews(ApiClient client, ReviewOptions options, ReviewMetrics metrics)
    {
        _client = client;
        _metrics = metrics;
        _budgets = new()
        {
            [ReviewLane.Worker] = new(options.WorkersPerSecond, options.AtOnce),
            [ReviewLane.UnknownWorker] = new(options.StrangersPerSecond, options.AtOnce),
            [ReviewLane.Caller] = new(options.CallersPerSecond, options.AtOnce),
            [ReviewLane.UnknownCaller] = new(options.StrangersPerSecond, options.AtOnce),
        };
        _jobs = PartitionedRateLimiter.Create<NamespacedName, NamespacedName>(
            job => RateLimitPartition.GetTokenBucketLimiter(job, _ => ReviewBudget.Rate(options.JobPerSecond, waiting: 0)));
    }

    /// <summary>By which a token is remembered: the token itself is a secret.</summary>
    public static string KeyOf(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>Whether it could be a token of whatever kind: those of users may be opaque, but are visible characters.</summary>
    public static bool IsToken(string text) => text.Length is > 0 and <= MaxTokenLength && text.All(static c => c is > ' ' and < '\x7f');

    /// <summary>The answer; null: too many such questions are asked now.</summary>
    public async Task<T?> AskAsync<T>(ReviewLane lane, ResourceType<T> type, T question, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        using var place = await _budgets[lane].EnterAsync(cancellationToken);
        if (!place.IsAcquired)
        {
            _metrics.TurnedAway(lane);
            return null;
        }

        _metrics.Asked(lane);
        return await _client.ReviewAsync(type, question, cancellationToken);
    }

    /// <summary>As above, for a token that names a pod of this Job; so that whoever knows the name of one cannot use up what others need.</summary>
    public async Task<TokenReview?> AskOfPodAsync(NamespacedName job, TokenReview question, CancellationToken cancellationToken)
    {
        using var share = _jobs.AttemptAcquire(job);
        if (share.IsAcquired) return await AskAsync(ReviewLane.Worker, Resources.TokenReviews, question, cancellationToken);
        _metrics.TurnedAway(ReviewLane.Worker);
        return null;
    }

    public void Dispose()
    {
        foreach (var budget in _budgets.Values) budget.Dispose();
        _jobs.Dispose();
    }
}
