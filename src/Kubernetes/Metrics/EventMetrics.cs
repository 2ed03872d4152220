using System.Diagnostics.Metrics;

namespace PlaybookOperator.Kubernetes.Metrics;

/// <summary>Kubernetes Events that were never written, by reason: buffer full, rate limited, or refused by the server.</summary>
internal sealed class EventMetrics
{
    private readonly Counter<long> _dropped;

    public EventMetrics(Meter meter)
    {
        _dropped = meter.CreateCounter<long>("playbook_kubernetes_events_dropped_total", description: "Kubernetes Events not written.");
    }

    public void StartAtZero()
    {
        foreach (var reason in new[] { "buffer", "rate", "refused" }) Dropped(reason, 0);
    }

    public void Dropped(string reason, long count = 1) => _dropped.Add(count, new KeyValuePair<string, object?>("reason", reason));
}
