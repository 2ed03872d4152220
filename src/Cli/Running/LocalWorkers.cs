using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Workers;
using PlaybookOperator.Tools.Running;
using Delivery = PlaybookOperator.Core.Executions.Delivery;

namespace PlaybookOperator.Cli.Running;

/// <summary>Workers as tasks of this process: they claim, run and report as a pod does, over the same log.</summary>
/// <param name="ceiling">Calls at once over the whole run; null: the loops' own limits decide. What waits for a child holds no place.</param>
/// <param name="changed">Called after a report has been taken in.</param>
internal sealed class LocalWorkers(AssignmentRunner runner, IEventLog log, SemaphoreSlim? ceiling, TimeProvider time, Action<ExecutionId> changed) : IWorkers, IAsyncDisposable
{
    private const string Claimant = "local";

    /// <summary>For what is stopped to let go: longer than a pool's workers take to say goodbye, and less than the drain time of a run.</summary>
    private static readonly TimeSpan s_unwinding = TimeSpan.FromSeconds(15);

    private readonly RunningWork _running = new();

    /// <summary>Set once; the assignments come from the reconciler, which itself needs the workers.</summary>
    public AssignmentSource? Assignments { get; set; }

    /// <summary>Set once, likewise.</summary>
    public PoolLeases? Leases { get; set; }

    /// <summary>Set once; runs the children of executions.</summary>
    public LocalChildren? Children { get; set; }

    public IReadOnlyDictionary<Delivery, JobPhase> Observe(ExecutionId id) => _running.Observe(id);

    public ValueTask StartAsync(WorkOrder order, CancellationToken cancellationToken)
    {
        foreach (var delivery in order.Deliveries)
        {
            var stop = new CancellationTokenSource();
            var run = order.State.Steps.Values.First(step => step.RunId == delivery.Key.RunId);
            var task = order.Plan.ByName[run.Step].Task!;
            // The entry stands before the work begins, and is taken away only after its report is in the log.
            var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var pods = order.Plan.ByName[run.Step].Loop is { } loop ? Math.Min(loop.PoolSize, loop.MaxParallel) : 1;
            var work = WorkAsync(order.Execution, delivery, task, pods, begin.Task, stop.Token);
            if (_running.TryAdd(order.Execution.Id, delivery, new RunningDelivery(work, stop))) begin.SetResult();
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask StopAsync(ExecutionHeader execution, IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        foreach (var delivery in deliveries)
            if (_running.Find(execution.Id, delivery) is { } running) await running.Stop.CancelAsync();
    }

    /// <summary>What an execution's workers may do has changed: they hear of it at once.</summary>
    public void Hurry(ExecutionId id)
    {
        foreach (var running in _running.AllOf(id)) running.Pool?.Hurry();
    }

    /// <summary>Stops what runs and waits for it: children end as cancelled before this returns. What does not let go is left; the process ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        while (_running.All() is { Count: > 0 } all)
        {
            foreach (var running in all) await running.Stop.CancelAsync();
            try
            {
                await Task.WhenAll(all.Select(running => running.Work)).WaitAsync(s_unwinding, time);
            }
            catch (TimeoutException)
            {
                return;
            }
        }
    }

    private async Task WorkAsync(ExecutionHeader execution, Delivery delivery, TaskPlan task, int pods, Task begin, CancellationToken cancellationToken)
    {
        await begin;
        // What waits for a child holds no place, and a pool takes one for each iteration.
        var place = task.RunsAsChild || delivery.Key.IsPool ? null : ceiling;
        try
        {
            if (place is not null) await place.WaitAsync(cancellationToken);
            try
            {
                await RunAsync(execution, delivery, task, pods, cancellationToken);
            }
            finally
            {
                place?.Release();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped: the execution has ended, or this process is about to.
        }
        finally
        {
            // Not disposed: whoever stops it may have found it just before. It holds no timer and no handle.
            _running.Remove(execution.Id, delivery);
            changed(execution.Id);
        }
    }

    private async Task RunAsync(ExecutionHeader execution, Delivery delivery, TaskPlan task, int pods, CancellationToken cancellationToken)
    {
        var (assignment, _) = await Assignments!.ClaimAsync(execution.Id, delivery, Claimant, takesReferences: true, cancellationToken);
        if (assignment is null) return;
        if (assignment.Pool is not null)
        {
            var pool = new LocalPool(runner, Leases!, execution.Id, ceiling, time, changed);
            if (_running.Find(execution.Id, delivery) is { } running) running.Pool = pool;
            await pool.RunAsync(assignment, task, pods, cancellationToken);
            return;
        }

        var report = task.RunsAsChild
            ? await Children!.RunAsync(execution, assignment, task, cancellationToken)
            : await runner.RunAsync(
                assignment, task, (progress, token) => log.SaveProgressAsync(execution.Id, delivery.Key, delivery.Fence, progress, token), cancellationToken);
        // A result that is there is kept even if the run is being stopped.
        await log.IngestAsync(execution.Id, [report], CancellationToken.None);
    }
}
