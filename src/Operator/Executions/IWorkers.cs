using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.EventLog;

namespace PlaybookOperator.Operator.Executions;

/// <summary>
/// Where work is done: Jobs in a cluster, tasks in this process. The seam between deciding and doing.
/// </summary>
public interface IWorkers
{
    /// <summary>
    /// All deliveries of the execution that have a worker, and how each stands. Complete: a worker that was started is in here until it is seen to be gone.
    /// </summary>
    IReadOnlyDictionary<Delivery, JobPhase> Observe(ExecutionId id);

    /// <summary>
    /// Takes in what ended workers left behind that cannot report by themselves, after they were observed and before anything is decided on them.
    /// </summary>
    /// <param name="order">The execution as read after <paramref name="observed"/>; without deliveries.</param>
    ValueTask<Settlement> SettleAsync(WorkOrder order, IReadOnlyDictionary<Delivery, JobPhase> observed, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Settlement.Nothing);

    /// <summary>Starts a worker for each delivery. Idempotent: one that exists already is left alone.</summary>
    ValueTask StartAsync(WorkOrder order, CancellationToken cancellationToken);

    /// <summary>Stops workers and removes what is left of them. Idempotent.</summary>
    ValueTask StopAsync(ExecutionHeader execution, IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken);
}

/// <summary>Deliveries of one execution to start workers for.</summary>
public sealed record WorkOrder(ExecutionHeader Execution, Plan Plan, ExecutionState State, IReadOnlyList<Delivery> Deliveries);
