using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Executions.Children;
using PlaybookOperator.Operator.Workers.Containers;

namespace PlaybookOperator.Operator.Workers;

/// <summary>Who does the work in a cluster: child Executions for the tool <c>playbook</c>, pods of the user's image for <c>container</c>, workers for everything else.</summary>
internal sealed class ClusterWorkers(KubernetesWorkers jobs, ChildExecutions children, ContainerJobs containers, ContainerOutcomes outcomes) : IWorkers
{
    public IReadOnlyDictionary<Delivery, JobPhase> Observe(ExecutionId id)
    {
        var ofJobs = jobs.Observe(id);
        var ofChildren = children.Observe(id);
        return ofChildren.Count == 0 ? ofJobs : ofJobs.Concat(ofChildren).ToDictionary();
    }

    public async ValueTask<Settlement> SettleAsync(WorkOrder order, IReadOnlyDictionary<Delivery, JobPhase> observed, CancellationToken cancellationToken)
    {
        await jobs.AdoptAsync(order, cancellationToken);
        return await outcomes.SettleAsync(order, observed, cancellationToken);
    }

    public async ValueTask StartAsync(WorkOrder order, CancellationToken cancellationToken)
    {
        var tasks = order.State.Steps.Values.ToDictionary(run => run.RunId, run => order.Plan.ByName[run.Step].Task);
        var byChildren = order.Deliveries.Where(delivery => tasks[delivery.Key.RunId] is { RunsAsChild: true }).ToList();
        var byContainers = order.Deliveries.Where(delivery => tasks[delivery.Key.RunId] is { RunsAsContainer: true }).ToList();
        var byWorkers = order.Deliveries.Except(byChildren).Except(byContainers).ToList();
        if (byWorkers.Count > 0) await jobs.StartAsync(order with { Deliveries = byWorkers }, cancellationToken);
        if (byContainers.Count > 0) await containers.StartAsync(order with { Deliveries = byContainers }, cancellationToken);
        if (byChildren.Count > 0) await children.StartAsync(order with { Deliveries = byChildren }, cancellationToken);
    }

    public async ValueTask StopAsync(ExecutionHeader execution, IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        await jobs.StopAsync(execution, deliveries, cancellationToken);
        await children.StopAsync(execution, deliveries, cancellationToken);
    }

    /// <summary>Forgets an execution that has ended.</summary>
    public void Forget(ExecutionId id)
    {
        jobs.Forget(id);
        children.Forget(id);
    }
}
