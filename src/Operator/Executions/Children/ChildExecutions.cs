using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Watching;
using PlaybookOperator.Operator.Workers;
using PlaybookOperator.Tools.Running;

namespace PlaybookOperator.Operator.Executions.Children;

/// <summary>
/// Child Executions as workers: a delivery of a step with the tool <c>playbook</c> is one custom resource, which its own controller runs. While it
/// runs the parent holds no pod.
/// </summary>
/// <remarks>
/// A child is made first and its delivery claimed after: killed in between, the operator finds the child by its name; deleted by hand after that, it
/// counts as lost. A child reports into the parent's log before its status says that it has finished, so a finished one is no live worker any more.
/// </remarks>
internal sealed class ChildExecutions(
    ApiClient client, Informer<Execution> executions, PlanSource plans, IEventLog log, AssignmentReader assignments, ReportQueue reports, ChildCalls calls,
    ExecutionSpaces spaces, TimeProvider time)
    : IWorkers
{
    private const string Claimant = "child";
    private readonly ConcurrentDictionary<ExecutionId, ConcurrentDictionary<Delivery, byte>> _unseen = new();

    public IReadOnlyDictionary<Delivery, JobPhase> Observe(ExecutionId id)
    {
        var observed = new Dictionary<Delivery, JobPhase>();
        if (_unseen.TryGetValue(id, out var unseen))
            foreach (var delivery in unseen.Keys) observed[delivery] = JobPhase.Active;
        foreach (var child in Of(id))
        {
            if (ExecutionController.IsFinished(child) || ChildLabels.Read(child.Metadata) is not { } found || !spaces.Holds(id, child.Metadata)) continue;
            // Being deleted by somebody: it ends without a word to its parent.
            observed[found.Delivery] = child.Metadata.DeletionTimestamp is null ? JobPhase.Active : JobPhase.Failed;
        }

        return observed;
    }

    /// <summary>Tells that the informer has seen a child come or go.</summary>
    public void Saw(ObjectMeta metadata)
    {
        if (ChildLabels.Read(metadata) is { } found && spaces.Holds(found.Parent, metadata) && _unseen.TryGetValue(found.Parent, out var unseen)) unseen.TryRemove(found.Delivery, out _);
    }

    public void Forget(ExecutionId id) => _unseen.TryRemove(id, out _);

    public async ValueTask StartAsync(WorkOrder order, CancellationToken cancellationToken)
    {
        var view = new ExecutionView(order.Execution, order.State, order.Plan);
        foreach (var delivery in order.Deliveries) await StartAsync(view, delivery, cancellationToken);
    }

    /// <summary>Asks children to end: cancelling is part of their own life, so it reaches theirs too.</summary>
    public async ValueTask StopAsync(ExecutionHeader execution, IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        foreach (var child in Of(execution.Id))
        {
            if (child.Spec.Cancel == true || child.Metadata.DeletionTimestamp is not null || ExecutionController.IsFinished(child)) continue;
            if (ChildLabels.Read(child.Metadata) is not { } found || !deliveries.Contains(found.Delivery)) continue;
            var patch = new JsonObject { ["spec"] = new JsonObject { ["cancel"] = true } };
            await client.MergePatchAsync(ResourceTypes.Executions, NamespacedName.Of(child), patch, subresource: null, cancellationToken);
        }
    }

    private IReadOnlyList<Execution> Of(ExecutionId parent) => executions.ListBy(ChildLabels.ParentIndex, parent.ToString());

    private async Task StartAsync(ExecutionView view, Delivery delivery, CancellationToken cancellationToken)
    {
        var run = view.State.Steps.Values.First(step => step.RunId == delivery.Key.RunId);
        var task = view.Plan.ByName[run.Step].Task!;
        var work = view.State.Open.GetValueOrDefault(delivery.Key) ?? new OpenWork(delivery.Key, delivery.Fence);
        var element = await assignments.ReadElementAsync(view.Header.Id, work, cancellationToken);
        var assignment = await assignments.ComposeAsync(view, run, work, element, takesReferences: false, cancellationToken);
        var (request, error) = await calls.RenderAsync(assignment, task, cancellationToken);
        executions.TryGet(new NamespacedName(view.Header.Namespace, view.Header.Name), out var resource);
        (var child, error) = error is null ? await ResolveAsync(view, resource, request!, cancellationToken) : (null, error);
        if (child is null)
        {
            var report = await calls.ReportAsync(assignment, task, new ChildEnd.Failed(error!), child: null, TimeSpan.Zero, cancellationToken);
            await reports.EnqueueAsync(view.Header.Id, [report], cancellationToken);
            return;
        }

        await CreateAsync(view.Header, ChildManifest.Build(view, resource, run, delivery, request!, child), delivery, cancellationToken);
    }

    /// <summary>What can be told before a child exists is told here: its step fails at once, and no second try would help.</summary>
    private async Task<(Plan? Child, WorkError? Error)> ResolveAsync(
        ExecutionView view, Execution? resource, ChildRequest request, CancellationToken cancellationToken)
    {
        if (Ancestry.Refuse(ChildManifest.Chain(view.Header, resource), request.Playbook) is { } endless) return Refuse(endless);
        var name = new NamespacedName(view.Header.Namespace, request.Playbook);
        var playbook = NamespacedName.IsName(request.Playbook) ? await client.GetAsync(ResourceTypes.Playbooks, name, cancellationToken) : null;
        if (playbook is null) return Refuse($"name: there is no Playbook '{request.Playbook}' in namespace {view.Header.Namespace}.");
        var (_, compilation) = plans.Compile(name.Name, playbook.Spec);
        if (compilation.Plan is not { } child) return Refuse($"name: Playbook {name.Name} is invalid: {string.Join("; ", compilation.Errors)}");
        return ChildResult.Refuse(child, request, time.GetUtcNow()) is { } unfit ? Refuse(unfit) : (child, null);
    }

    private static (Plan? Child, WorkError? Error) Refuse(string message) => (null, new WorkError(WorkErrorKind.Configuration, message));

    private async Task CreateAsync(ExecutionHeader parent, JsonObject manifest, Delivery delivery, CancellationToken cancellationToken)
    {
        var unseen = _unseen.GetOrAdd(parent.Id, _ => new ConcurrentDictionary<Delivery, byte>());
        unseen[delivery] = 0;
        try
        {
            var result = await client.CreateAsync(ResourceTypes.Executions, manifest, cancellationToken);
            if (result.Item.Metadata.ControllerOwner()?.Uid != parent.Uid)
                throw new InvalidOperationException($"Execution {result.Item.Metadata.Name} exists and does not belong to {parent.Namespace}/{parent.Name}.");
            await log.ClaimAsync(parent.Id, delivery.Key, delivery.Fence, Claimant, cancellationToken);
            if (executions.TryGet(NamespacedName.Of(result.Item), out _)) unseen.TryRemove(delivery, out _);
        }
        catch
        {
            unseen.TryRemove(delivery, out _);
            throw;
        }
    }
}
