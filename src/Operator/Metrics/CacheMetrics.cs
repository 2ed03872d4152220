using System.Diagnostics.Metrics;
using PlaybookOperator.Core.Caching;

namespace PlaybookOperator.Operator.Metrics;

/// <summary>
/// The <c>playbook_cache_*</c> series of the caches given to it. Every series exists from the start, at 0.
/// The caches' names, and those of workers' caches, are the closed set of the label <c>cache</c>. What workers report is added to the counters; entries,
/// bytes and durations are those of this process alone.
/// </summary>
public sealed class CacheMetrics : IDisposable
{
    public const string MeterName = "PlaybookOperator.Caches";

    private readonly IBoundedCache[] _caches;
    private readonly ReportedCaches? _reported;
    private readonly Meter _meter;

    /// <exception cref="ArgumentException">Two caches have one name.</exception>
    public CacheMetrics(IMeterFactory meters, IEnumerable<IBoundedCache> caches, ReportedCaches? reported = null)
    {
        (_caches, _reported) = ([.. caches], reported);
        if (_caches.GroupBy(cache => cache.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new ArgumentException($"Two caches are named '{twice.Key}': their series would be one.", nameof(caches));

        _meter = meters.Create(MeterName);
        _meter.CreateObservableCounter("playbook_cache_requests", Requests, null, "Reads of the cache by result. For template also each evaluation of a parsed template, as a hit.");
        _meter.CreateObservableCounter("playbook_cache_evictions", Evictions, null, "Entries that left the cache, by reason.");
        _meter.CreateObservableCounter("playbook_cache_loads", () => Totals().Select(total => Of(total.Loads, total.Name)), null, "Values made or loaded for the cache, failures included.");
        _meter.CreateObservableGauge("playbook_cache_hit_ratio", () => Totals().Select(total => Of(total.HitRate, total.Name)), null, "Hits per read since the start, 0 to 1; 0 before the first read.");
        _meter.CreateObservableGauge("playbook_cache_entries", () => Each(s => s.Size), null, "Entries held.");
        _meter.CreateObservableGauge("playbook_cache_capacity", () => Each(s => s.MaxSize), null, "Entries held at most.");
        _meter.CreateObservableGauge("playbook_cache_size_bytes", () => Each(s => s.Bytes), "bytes", "Bytes held, where the cache counts them.");
        ObserveLoads();
    }

    public void Dispose() => _meter.Dispose();

    private void ObserveLoads()
    {
        var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.00001, 0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30] };
        var durations = _meter.CreateHistogram("playbook_cache_load_duration_seconds", "seconds", "Time to make or load a value.", null, advice);
        foreach (var cache in _caches)
        {
            var label = new KeyValuePair<string, object?>("cache", cache.Name);
            durations.Record(double.NaN, label);
            cache.ObserveLoads(took => durations.Record(took.TotalSeconds, label));
        }
    }

    private IEnumerable<Measurement<T>> Each<T>(Func<CacheStatistics, T> figure)
        where T : struct
    {
        foreach (var cache in _caches) yield return Of(figure(cache.Statistics), cache.Name);
    }

    private IEnumerable<CacheTotals> Totals()
    {
        foreach (var cache in _caches) yield return (_reported?.Of(cache.Name) ?? CacheTotals.None(cache.Name)).Plus(cache.Statistics);
        if (_reported is null) yield break;
        foreach (var name in ReportedCaches.Names.Where(name => _caches.All(cache => cache.Name != name))) yield return _reported.Of(name);
    }

    private IEnumerable<Measurement<long>> Requests()
    {
        foreach (var total in Totals())
        {
            yield return Of(total.Hits, total.Name, "result", "hit");
            yield return Of(total.Misses, total.Name, "result", "miss");
        }
    }

    private IEnumerable<Measurement<long>> Evictions()
    {
        foreach (var total in Totals())
            foreach (var reason in EvictionReasons.All) yield return Of(total.Evictions[(int)reason], total.Name, "reason", reason.Label());
    }

    private static Measurement<T> Of<T>(T figure, string cache)
        where T : struct =>
        new(figure, new KeyValuePair<string, object?>("cache", cache));

    private static Measurement<long> Of(long figure, string cache, string label, string value) =>
        new(figure, new KeyValuePair<string, object?>("cache", cache), new KeyValuePair<string, object?>(label, value));
}
