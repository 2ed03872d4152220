using System.Collections.Immutable;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Executions;

namespace PlaybookOperator.Operator.Tests.Support;

/// <summary>Workers that do nothing of themselves: a test says how each one stands.</summary>
internal sealed class RecordingWorkers : IWorkers
{
    public Dictionary<Delivery, JobPhase> Alive { get; } = [];

    public List<WorkOrder> Orders { get; } = [];

    public List<Delivery> Stopped { get; } = [];

    public IEnumerable<Delivery> Started => Orders.SelectMany(order => order.Deliveries);

    /// <summary>What there is to tell of ended workers; null: nothing.</summary>
    public Func<WorkOrder, Task<Settlement>>? OnSettle { get; set; }

    public async ValueTask<Settlement> SettleAsync(WorkOrder order, IReadOnlyDictionary<Delivery, JobPhase> observed, CancellationToken cancellationToken) =>
        OnSettle is null ? Settlement.Nothing : await OnSettle(order);

    public IReadOnlyDictionary<Delivery, JobPhase> Observe(ExecutionId id) => Alive.ToImmutableDictionary();

    public ValueTask StartAsync(WorkOrder order, CancellationToken cancellationToken)
    {
        Orders.Add(order);
        foreach (var delivery in order.Deliveries) Alive.TryAdd(delivery, JobPhase.Active);
        return ValueTask.CompletedTask;
    }

    public ValueTask StopAsync(ExecutionHeader execution, IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        Stopped.AddRange(deliveries);
        foreach (var delivery in deliveries) Alive.Remove(delivery);
        return ValueTask.CompletedTask;
    }
}
