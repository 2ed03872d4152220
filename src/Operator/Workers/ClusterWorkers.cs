using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Executions.Children;

namespace PlaybookOperator.Operator.Workers;

/// <summary>Who does the work in a cluster: child Executions for the tool <c>playbook</c>, Jobs for everything else.</summary>
internal sealed class ClusterWorkers(KubernetesWorkers jobs, ChildExecutions children) : IWorkers
{
    public IReadOnlyDictionary<Delivery, JobPhase> Observe(ExecutionId id)
    {
        var ofJobs = jobs.Observe(id);
        var ofChildren = children.Observe(id);
        return ofChildren.Count == 0 ? ofJobs : ofJobs.Concat(ofChildren).ToDictionary();
    }

    public async ValueTask StartAsync(WorkOrder order, CancellationToken cancellationToken)
    {
        var runs = order.State.Steps.Values.Where(run => order.Plan.ByName[run.Step].Task is { RunsAsChild: true }).Select(run => run.RunId).ToHashSet();
        var byChildren = order.Deliveries.Where(delivery => runs.Contains(delivery.Key.RunId)).ToList();
        if (byChildren.Count < order.Deliveries.Count)
            await jobs.StartAsync(order with { Deliveries = [.. order.Deliveries.Except(byChildren)] }, cancellationToken);
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
