using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Kubernetes.Recording;

/// <summary>Something worth telling about an object, as the caller said it.</summary>
internal sealed record Occurrence(ObjectReference Regarding, EventType Type, string Reason, string Action, string Note, DateTimeOffset At)
{
    public (string?, string?, string?, EventType, string, string, string) Identity =>
        (Regarding.Uid, Regarding.Namespace, Regarding.Name, Type, Reason, Action, Note);
}

/// <summary>One event in the cluster and how often it has happened.</summary>
internal sealed class TrackedSeries(NamespacedName name, DateTimeOffset at)
{
    public NamespacedName Name { get; } = name;

    public int Count { get; set; } = 1;

    public DateTimeOffset LastAt { get; set; } = at;

    /// <summary>Whether the count has grown since it was written.</summary>
    public bool IsUnwritten { get; set; }
}

/// <summary>
/// Decides what becomes of each occurrence: the first of its kind is an event, repeats add to it, and an object that says too many
/// different things is silenced. Not thread-safe.
/// </summary>
internal sealed class EventSeriesTracker(EventRecorderOptions options, TimeProvider time)
{
    private readonly RecentUse<object, TrackedSeries> _series = new(options.MaxRemembered);
    private readonly RecentUse<(string?, string?, string?), TokenBucket> _rates = new(options.MaxRemembered);

    /// <summary>The series to create, or null when the occurrence was added to one (<paramref name="isRepeat"/>) or refused.</summary>
    public TrackedSeries? Admit(Occurrence occurrence, Func<NamespacedName> newName, out bool isRepeat)
    {
        isRepeat = _series.TryGet(occurrence.Identity, out var known) && occurrence.At - known!.LastAt < options.SeriesEndsAfter;
        if (isRepeat)
        {
            known!.Count++;
            known.LastAt = occurrence.At;
            known.IsUnwritten = true;
            return null;
        }

        if (!Rate(occurrence.Regarding).TryTake()) return null;
        var series = new TrackedSeries(newName(), occurrence.At);
        _series.Put(occurrence.Identity, series);
        return series;
    }

    public IReadOnlyList<TrackedSeries> Unwritten() => [.. _series.Values.Where(series => series.IsUnwritten)];

    /// <summary>The event could not be created: the next occurrence begins a new one.</summary>
    public void Forget(Occurrence occurrence) => _series.Remove(occurrence.Identity);

    private TokenBucket Rate(ObjectReference regarding)
    {
        var key = (regarding.Uid, regarding.Namespace, regarding.Name);
        if (_rates.TryGet(key, out var rate)) return rate;
        rate = new TokenBucket(1 / options.RefillPerObject.TotalSeconds, options.BurstPerObject, time);
        _rates.Put(key, rate);
        return rate;
    }
}
