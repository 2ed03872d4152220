using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Tools.Container;

namespace PlaybookOperator.Operator.Workers.Containers;

/// <summary>
/// Starts containers: one Job a delivery, made first and claimed after, so that one killed in between is found by its name, and one deleted by hand
/// counts as lost.
/// </summary>
internal sealed class ContainerJobs(
    KubernetesWorkers jobs, IEventLog log, ReportQueue reports, ContainerAssignments assignments, WorkerOptions workers, ContainerOptions options)
{
    private const string Claimant = "container";

    public async ValueTask StartAsync(WorkOrder order, CancellationToken cancellationToken)
    {
        var view = new ExecutionView(order.Execution, order.State, order.Plan);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = workers.CreateParallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(order.Deliveries, parallel, async (delivery, token) => await StartAsync(view, delivery, token));
    }

    private async Task StartAsync(ExecutionView view, Delivery delivery, CancellationToken cancellationToken)
    {
        var work = await assignments.ReadAsync(view, delivery, cancellationToken);
        var (request, error) = await assignments.Calls.RenderAsync(work.Assignment, work.Task, cancellationToken);
        if (request is not null) error = await CreateAsync(view, work.Run, delivery, request, cancellationToken);
        if (error is null) return;
        var report = await assignments.Calls.ReportAsync(work.Assignment, work.Task, error, cancellationToken);
        await reports.EnqueueAsync(view.Header.Id, [report], cancellationToken);
    }

    private async Task<WorkError?> CreateAsync(
        ExecutionView view, StepRun run, Delivery delivery, ContainerRequest request, CancellationToken cancellationToken)
    {
        var manifest = ContainerManifest.Build(view.Header, view.Plan, run, delivery, request, workers, options);
        try
        {
            await jobs.CreateAsync(view.Header.Id, delivery, manifest, cancellationToken);
        }
        catch (ApiInvalidException invalid)
        {
            // The same manifest would be refused for ever: it is the playbook's to mend.
            return new WorkError(WorkErrorKind.Configuration, $"tool: Kubernetes does not accept the container: {invalid.Message}");
        }

        await log.ClaimAsync(view.Header.Id, delivery.Key, delivery.Fence, Claimant, cancellationToken);
        return null;
    }
}

/// <summary>What is needed to start a container or to tell of its end.</summary>
internal sealed record ContainerWork(StepRun Run, TaskPlan Task, Assignment Assignment);

/// <summary>Composes the assignments of containers, which no worker asks for.</summary>
internal sealed class ContainerAssignments(AssignmentReader assignments, ContainerCalls calls)
{
    public ContainerCalls Calls => calls;

    public async Task<ContainerWork> ReadAsync(ExecutionView view, Delivery delivery, CancellationToken cancellationToken)
    {
        var run = view.State.Steps.Values.First(step => step.RunId == delivery.Key.RunId);
        var work = view.State.Open.TryGetValue(delivery.Key, out var open) ? open with { Fence = delivery.Fence } : new OpenWork(delivery.Key, delivery.Fence);
        var element = await assignments.ReadElementAsync(view.Header.Id, work, cancellationToken);
        return new ContainerWork(run, view.Plan.ByName[run.Step].Task!, await assignments.ComposeAsync(view, run, work, element, takesReferences: false, cancellationToken));
    }
}
