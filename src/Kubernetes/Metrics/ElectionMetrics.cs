using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace PlaybookOperator.Kubernetes.Metrics;

/// <summary>1 while this process leads under the lease's name, else 0.</summary>
internal sealed class ElectionMetrics
{
    private readonly ConcurrentDictionary<string, Func<bool>> _electors = new(StringComparer.Ordinal);

    public ElectionMetrics(Meter meter)
    {
        meter.CreateObservableGauge("leader_election_master_status",
            () => _electors.Select(pair => new Measurement<int>(pair.Value() ? 1 : 0, new KeyValuePair<string, object?>("name", pair.Key))),
            description: "Whether this process leads (1) or not (0).");
    }

    public void Register(string name, Func<bool> isLeader) => _electors[name] = isLeader;
}
