using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Kubernetes.Metrics;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Queues;
using PlaybookOperator.Kubernetes.Watching;
using PlaybookOperator.Operator.Controllers;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Executions.Children;
using PlaybookOperator.Operator.Governing;
using PlaybookOperator.Operator.Playbooks;
using PlaybookOperator.Operator.Workers;
using PlaybookOperator.Operator.Workers.Containers;

namespace PlaybookOperator.Operator.Hosting;

/// <summary>
/// What only the leader does: the controllers, and what wakes them (watches, the log's notifications, due times, the sweep). A wake carries no data:
/// it puts a key into a queue.
/// </summary>
internal sealed class LeaderWork(
    Informers informers,
    ExecutionController executions,
    PlaybookController playbooks,
    KubernetesWorkers workers,
    ChildExecutions children,
    ContainerPods containers,
    PoolPods pools,
    IEventReader reader,
    RetentionLoop retention,
    Allowances allowances,
    IWakeUps wakeUps,
    ClusterIdentity cluster,
    ReconcileOptions options,
    KubernetesMetrics kubernetesMetrics,
    ControllerMetrics metrics,
    TimeProvider time,
    ILogger<LeaderWork> logger) : IDisposable
{
    private const int SweepPage = 500;

    private readonly WorkQueue<ExecutionRef> _executionQueue = new(new WorkQueueOptions { Name = "execution" }, time, kubernetesMetrics);
    private readonly WorkQueue<ExecutionRef> _longQueue = new(new WorkQueueOptions { Name = "execution_long" }, time, kubernetesMetrics);
    private readonly WorkQueue<NamespacedName> _playbookQueue = new(new WorkQueueOptions { Name = "playbook" }, time, kubernetesMetrics);
    private volatile bool _leads;

    /// <summary>Connects the watches with the queues; once, before the informers start.</summary>
    public void Wire()
    {
        executions.TakesLong = _longQueue.Add;
        informers.Playbooks.AddHandler(change =>
        {
            if (!_leads) return;
            _playbookQueue.Add(change.Key);
            foreach (var waiting in informers.Executions.ListBy(PlaybookController.ByPlaybook, PlaybookController.IndexKey(change.Key.Namespace, change.Key.Name)))
                if (waiting.Status?.ExecutionId is null) _executionQueue.Add(ExecutionRef.Of(waiting));
        });
        informers.Executions.AddHandler(change =>
        {
            children.Saw(change.Item.Metadata);
            if (!_leads) return;
            _executionQueue.Add(ExecutionRef.Of(change.Item));
            WakeFamily(change);
            if (change is not ObjectChange<Execution>.Updated)
                _playbookQueue.Add(new NamespacedName(change.Key.Namespace, change.Item.Spec.Playbook));
        });
        informers.Playbooks.AddSkipHandler(unusable =>
        {
            if (_leads) _playbookQueue.Add(unusable.Key);
        });
        informers.Executions.AddSkipHandler(unusable =>
        {
            if (_leads) _executionQueue.Add(new ExecutionRef(unusable.Key, unusable.Uid));
        });
        informers.Pods.AddHandler(change =>
        {
            containers.Saw(change);
            pools.Saw(change);
            // How a container ended is told by its Job; that it cannot begin, and that a pool has lost one, by the pod alone.
            if (_leads && (ContainerReading.IsTroubled(change.Item) || PoolPods.IsLost(change.Item)) && WorkerLabels.Read(change.Item.Metadata) is { } found
                && executions.Find(found.Execution) is { } known)
                _executionQueue.Add(known);
        });
        allowances.Changed = id =>
        {
            if (_leads && executions.Find(id) is { } known) _executionQueue.Add(known);
        };
        informers.Jobs.AddHandler(change =>
        {
            workers.Saw(change.Item.Metadata);
            if (_leads && change.Item.Metadata.ControllerOwner() is { Kind: "Execution" } owner)
                _executionQueue.Add(new ExecutionRef(new NamespacedName(change.Key.Namespace, owner.Name), owner.Uid));
        });
    }

    /// <summary>A parent looks again when a child may be lost or over; children when their parent was edited: they are suspended with it.</summary>
    private void WakeFamily(ObjectChange<Execution> change)
    {
        var item = change.Item;
        var isOver = change is ObjectChange<Execution>.Deleted || item.Metadata.DeletionTimestamp is not null || ExecutionController.IsFinished(item);
        if (isOver && ChildLabels.Owner(item) is { } owner) _executionQueue.Add(owner);
        if (change is ObjectChange<Execution>.Updated { Old: var old } && old.Spec.Suspend != item.Spec.Suspend) WakeBelow(item, depth: 0);
    }

    private void WakeBelow(Execution execution, int depth)
    {
        if (execution.Status?.ExecutionId is not { } id || depth > Ancestry.MaxDepth) return;
        foreach (var child in informers.Executions.ListBy(ChildLabels.ParentIndex, id))
        {
            _executionQueue.Add(ExecutionRef.Of(child));
            WakeBelow(child, depth + 1);
        }
    }

    /// <summary>Leads until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        executions.ForgetLong();
        _leads = true;
        foreach (var playbook in informers.Playbooks.List()) _playbookQueue.Add(NamespacedName.Of(playbook));
        foreach (var execution in informers.Executions.List()) _executionQueue.Add(ExecutionRef.Of(execution));
        foreach (var unusable in informers.Playbooks.ListSkipped()) _playbookQueue.Add(unusable.Key);
        foreach (var unusable in informers.Executions.ListSkipped()) _executionQueue.Add(new ExecutionRef(unusable.Key, unusable.Uid));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var executionLoop = new ControllerLoop<ExecutionRef>("execution", _executionQueue, executions.ReconcileAsync, time, metrics, logger);
        var longLoop = new ControllerLoop<ExecutionRef>("execution_long", _longQueue, DecideLongAsync, time, metrics, logger);
        var playbookLoop = new ControllerLoop<NamespacedName>("playbook", _playbookQueue, playbooks.ReconcileAsync, time, metrics, logger);
        List<Task> all =
        [
            executionLoop.RunAsync(options.Executions, stop.Token),
            longLoop.RunAsync(options.LongExecutions, stop.Token),
            playbookLoop.RunAsync(options.Playbooks, stop.Token),
            ListenAsync(stop.Token),
            SweepAsync(stop.Token),
            retention.RunAsync(stop.Token),
        ];
        // The first that ends ends the others: half a leader would look alive and not be.
        var first = await Task.WhenAny(all);
        await stop.CancelAsync();
        await Task.WhenAll(all).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        _leads = false;
        await first;
    }

    /// <summary>What came in meanwhile is looked at afterwards, among the others.</summary>
    private async Task<TimeSpan?> DecideLongAsync(ExecutionRef key, CancellationToken cancellationToken)
    {
        await executions.ReconcileLongAsync(key, cancellationToken);
        _executionQueue.Add(key);
        return null;
    }

    public void Dispose()
    {
        _longQueue.Dispose();
        _executionQueue.Dispose();
        _playbookQueue.Dispose();
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await foreach (var id in wakeUps.WatchAsync(cancellationToken))
        {
            if (executions.Find(id) is { } known) _executionQueue.Add(known);
            else await AddUnknownAsync(id, cancellationToken);
        }
    }

    private async Task AddUnknownAsync(ExecutionId id, CancellationToken cancellationToken)
    {
        try
        {
            if (await reader.ReadHeaderAsync(id, cancellationToken) is { } header) await AddAsync(header, cancellationToken);
        }
        catch (EventLogUnavailableException unavailable)
        {
            // The watch over the log yields every open execution again once the database is back.
            logger.SweepFailed(unavailable.Message);
        }
    }

    /// <summary>Looks through everything that the log holds open: what nobody knows any more, because its resource went while no leader was there, ends here.</summary>
    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await SweepOnceAsync(cancellationToken);
            }
            catch (EventLogUnavailableException unavailable)
            {
                logger.SweepFailed(unavailable.Message);
            }

            await Task.Delay(TimeSpan.FromSeconds(options.SweepSeconds), time, cancellationToken);
        }
    }

    private async Task SweepOnceAsync(CancellationToken cancellationToken)
    {
        var after = new ExecutionId(0);
        while (await reader.ListOpenAsync(after, SweepPage, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var header in page) await AddAsync(header, cancellationToken);
            after = page[^1].Id;
        }
    }

    private async Task AddAsync(ExecutionHeader header, CancellationToken cancellationToken)
    {
        if (header.ClusterUid != await cluster.GetUidAsync(cancellationToken) || !informers.Watches(header.Namespace)) return;
        _executionQueue.Add(new ExecutionRef(new NamespacedName(header.Namespace, header.Name), header.Uid));
    }
}
