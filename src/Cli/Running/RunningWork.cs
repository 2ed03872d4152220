using PlaybookOperator.Core.Executions;
using Delivery = PlaybookOperator.Core.Executions.Delivery;

namespace PlaybookOperator.Cli.Running;

/// <summary>The deliveries that this process works on, by execution: each pass of one asks for its own, however many others there are.</summary>
internal sealed class RunningWork
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ExecutionId, Dictionary<Delivery, RunningDelivery>> _all = [];

    public IReadOnlyDictionary<Delivery, JobPhase> Observe(ExecutionId id)
    {
        lock (_lock)
            return _all.TryGetValue(id, out var deliveries)
                ? deliveries.Keys.ToDictionary(static delivery => delivery, static _ => JobPhase.Active)
                : new Dictionary<Delivery, JobPhase>();
    }

    /// <summary>False when the delivery is worked on already.</summary>
    public bool TryAdd(ExecutionId id, Delivery delivery, RunningDelivery running)
    {
        lock (_lock)
        {
            if (!_all.TryGetValue(id, out var deliveries)) _all.Add(id, deliveries = []);
            return deliveries.TryAdd(delivery, running);
        }
    }

    public RunningDelivery? Find(ExecutionId id, Delivery delivery)
    {
        lock (_lock) return _all.GetValueOrDefault(id)?.GetValueOrDefault(delivery);
    }

    public void Remove(ExecutionId id, Delivery delivery)
    {
        lock (_lock)
            if (_all.TryGetValue(id, out var deliveries) && deliveries.Remove(delivery) && deliveries.Count == 0) _all.Remove(id);
    }

    public List<RunningDelivery> AllOf(ExecutionId id)
    {
        lock (_lock) return _all.TryGetValue(id, out var deliveries) ? [.. deliveries.Values] : [];
    }

    public List<RunningDelivery> All()
    {
        lock (_lock) return [.. _all.Values.SelectMany(deliveries => deliveries.Values)];
    }
}

/// <param name="Work">Ends when its report is in the log, or it has been stopped.</param>
/// <param name="Stop">Stops it.</param>
internal sealed record RunningDelivery(Task Work, CancellationTokenSource Stop)
{
    /// <summary>Where it is a pool, once that works.</summary>
    public LocalPool? Pool { get; set; }
}
