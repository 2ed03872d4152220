using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Watching;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Executions.Children;
using PlaybookOperator.Operator.Playbooks;
using PlaybookOperator.Operator.Workers;
using PlaybookOperator.Operator.Workers.Containers;

namespace PlaybookOperator.Operator.Hosting;

/// <summary>What the operator keeps of the cluster in memory. Every replica watches, so that a new leader is warm.</summary>
internal sealed class Informers
{
    private readonly KubernetesOptions _options;

    public Informers(Informer<Playbook> playbooks, Informer<Execution> executions, Informer<Job> jobs, Informer<Pod> pods, KubernetesOptions options)
    {
        (Playbooks, Executions, Jobs, Pods, _options) = (playbooks, executions, jobs, pods, options);
        executions.AddIndex(PlaybookController.ByPlaybook, item => [PlaybookController.IndexKey(item.Metadata.Namespace, item.Spec.Playbook)]);
        executions.AddIndex(ChildLabels.ParentIndex, item => item.Metadata.Label(ChildLabels.Parent) is { } parent ? [parent] : []);
        jobs.AddIndex(KubernetesWorkers.ExecutionIndex, item => item.Metadata.Label(WorkerLabels.Execution) is { } id ? [id] : []);
        jobs.AddIndex(PodIdentity.PodPrefixIndex, item => [PodClaims.PrefixOf(item).ToString()]);
        pods.AddIndex(ContainerPods.JobIndex, item => ContainerPods.JobOf(item) is { } job ? [job] : []);
    }

    public Informer<Playbook> Playbooks { get; }

    public Informer<Execution> Executions { get; }

    public Informer<Job> Jobs { get; }

    /// <summary>Those of containers only: of workers the Jobs tell enough.</summary>
    public Informer<Pod> Pods { get; }

    public bool Watches(string @namespace) => _options.Namespace.Length == 0 || _options.Namespace == @namespace;

    public async Task RunAsync(CancellationToken cancellationToken) => await Task.WhenAll(
        Playbooks.RunAsync(cancellationToken), Executions.RunAsync(cancellationToken), Jobs.RunAsync(cancellationToken), Pods.RunAsync(cancellationToken));

    public async Task WaitForSyncAsync(CancellationToken cancellationToken)
    {
        await Playbooks.WaitForSyncAsync(cancellationToken);
        await Executions.WaitForSyncAsync(cancellationToken);
        await Jobs.WaitForSyncAsync(cancellationToken);
        await Pods.WaitForSyncAsync(cancellationToken);
    }

    /// <summary>How each watch stands: whether it has a full picture, and what keeps it from working.</summary>
    public IEnumerable<(string Kind, bool Synced, string? Trouble)> States =>
    [
        ("playbooks", Playbooks.HasSynced, Playbooks.Trouble),
        ("executions", Executions.HasSynced, Executions.Trouble),
        ("jobs", Jobs.HasSynced, Jobs.Trouble),
        ("pods", Pods.HasSynced, Pods.Trouble),
    ];
}
