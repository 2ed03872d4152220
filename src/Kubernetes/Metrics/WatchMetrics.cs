using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace PlaybookOperator.Kubernetes.Metrics;

/// <summary>Tells by kind when the server was last heard, how often lists began anew and which objects could not be read.</summary>
internal sealed class WatchMetrics
{
    private readonly ConcurrentDictionary<string, double> _lastHeard = new(StringComparer.Ordinal);
    private readonly Counter<long> _relists;
    private readonly Counter<long> _skipped;

    public WatchMetrics(Meter meter)
    {
        meter.CreateObservableGauge("playbook_watch_last_event_timestamp_seconds", LastHeard, "seconds",
            "Unix time at which the server was last heard: a page, an event, a bookmark or the orderly end of a watch.");
        _relists = meter.CreateCounter<long>("playbook_watch_relists_total", description: "Complete lists made, the first one included.");
        _skipped = meter.CreateCounter<long>("playbook_watch_undecodable_objects_total", description: "Objects skipped as unreadable.");
    }

    public void StartAtZero(string kind)
    {
        _lastHeard.TryAdd(kind, 0);
        _relists.Add(0, Label(kind));
        _skipped.Add(0, Label(kind));
    }

    public void Heard(string kind, DateTimeOffset at) => _lastHeard[kind] = at.ToUnixTimeMilliseconds() / 1000.0;

    public void Relisted(string kind) => _relists.Add(1, Label(kind));

    public void Skipped(string kind) => _skipped.Add(1, Label(kind));

    private static KeyValuePair<string, object?> Label(string kind) => new("kind", kind);

    private IEnumerable<Measurement<double>> LastHeard() =>
        _lastHeard.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new Measurement<double>(pair.Value, Label(pair.Key)));
}
