using System.Diagnostics.Metrics;

namespace PlaybookOperator.Kubernetes.Metrics;

/// <summary>
/// Every instrument of this layer, on one <see cref="Meter"/> named <see cref="MeterName"/>. Create one per process and hand it to
/// the client, informers, queues and the elector. Names are controller-runtime's own, so that existing dashboards work.
/// </summary>
public sealed class KubernetesMetrics : IDisposable
{
    public const string MeterName = "PlaybookOperator.Kubernetes";

    public KubernetesMetrics()
    {
        Meter = new Meter(MeterName);
        Requests = new RequestMetrics(Meter);
        Queues = new QueueMetrics(Meter);
        Watches = new WatchMetrics(Meter);
        Election = new ElectionMetrics(Meter);
        Events = new EventMetrics(Meter);
    }

    /// <summary>For a listener that wants this instance alone, as tests do.</summary>
    public Meter Meter { get; }

    internal RequestMetrics Requests { get; }

    internal QueueMetrics Queues { get; }

    internal WatchMetrics Watches { get; }

    internal ElectionMetrics Election { get; }

    internal EventMetrics Events { get; }

    public void Dispose() => Meter.Dispose();
}
