using System.Collections.Immutable;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Executions;
using Delivery = PlaybookOperator.Core.Executions.Delivery;

namespace PlaybookOperator.Benchmarks.Executions;

/// <summary>The deliveries of one execution, which a benchmark itself ends.</summary>
internal sealed class HandMovedWorkers : IWorkers
{
    public Dictionary<Delivery, JobPhase> Alive { get; } = [];

    public Delivery Newest { get; private set; }

    public IReadOnlyDictionary<Delivery, JobPhase> Observe(ExecutionId id) => Alive.ToImmutableDictionary();

    public ValueTask StartAsync(WorkOrder order, CancellationToken cancellationToken)
    {
        foreach (var delivery in order.Deliveries) Alive[Newest = delivery] = JobPhase.Active;
        return ValueTask.CompletedTask;
    }

    public ValueTask StopAsync(ExecutionHeader execution, IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
