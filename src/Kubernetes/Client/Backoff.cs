namespace PlaybookOperator.Kubernetes.Client;

/// <summary>
/// Exponential delays with jitter: each is the doubled former one up to <paramref name="max"/>, times a factor from 0.5 to 1. The
/// jitter keeps many clients of a server that comes back from arriving together. Not thread-safe.
/// </summary>
/// <param name="random">Numbers from 0 (inclusive) to 1 (exclusive).</param>
internal sealed class Backoff(TimeSpan initial, TimeSpan max, Func<double> random)
{
    private int _doublings;

    public TimeSpan Next()
    {
        var full = Math.Min(initial.TotalSeconds * Math.Pow(2, _doublings), max.TotalSeconds);
        if (full < max.TotalSeconds) _doublings++;
        return TimeSpan.FromSeconds(full * (0.5 + random() / 2));
    }

    public void Reset() => _doublings = 0;
}
