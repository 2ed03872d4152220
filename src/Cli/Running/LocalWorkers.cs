using System.Collections.Concurrent;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Workers;
using PlaybookOperator.Tools.Running;
using Delivery = PlaybookOperator.Core.Executions.Delivery;

namespace PlaybookOperator.Cli.Running;

/// <summary>Workers as tasks of this process: they claim, run and report as a pod does, over the same log.</summary>
/// <param name="ceiling">Calls at once over the whole run; null: the loops' own limits decide.</param>
/// <param name="changed">Called after a report has been taken in.</param>
internal sealed class LocalWorkers(AssignmentRunner runner, IEventLog log, SemaphoreSlim? ceiling, Action changed) : IWorkers, IAsyncDisposable
{
    private const string Claimant = "local";
    private readonly ConcurrentDictionary<Delivery, (Task Work, CancellationTokenSource Stop)> _running = new();

    /// <summary>Set once; the assignments come from the reconciler, which itself needs the workers.</summary>
    public AssignmentSource? Assignments { get; set; }

    public IReadOnlyDictionary<Delivery, JobPhase> Observe(ExecutionId id) => _running.ToDictionary(entry => entry.Key, _ => JobPhase.Active);

    public ValueTask StartAsync(WorkOrder order, CancellationToken cancellationToken)
    {
        foreach (var delivery in order.Deliveries)
        {
            var stop = new CancellationTokenSource();
            var run = order.State.Steps.Values.First(step => step.RunId == delivery.Key.RunId);
            var task = order.Plan.ByName[run.Step].Task!;
            // The entry stands before the work begins, and is taken away only after its report is in the log.
            var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_running.TryAdd(delivery, (WorkAsync(order.Execution.Id, delivery, task, begin.Task, stop.Token), stop))) begin.SetResult();
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask StopAsync(ExecutionHeader execution, IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        foreach (var delivery in deliveries)
            if (_running.TryGetValue(delivery, out var running)) await running.Stop.CancelAsync();
    }

    public async ValueTask DisposeAsync()
    {
        var all = _running.Values.ToList();
        foreach (var running in all) await running.Stop.CancelAsync();
        await Task.WhenAll(all.Select(running => running.Work));
    }

    private async Task WorkAsync(ExecutionId id, Delivery delivery, TaskPlan task, Task begin, CancellationToken cancellationToken)
    {
        await begin;
        try
        {
            if (ceiling is not null) await ceiling.WaitAsync(cancellationToken);
            try
            {
                await RunAsync(id, delivery, task, cancellationToken);
            }
            finally
            {
                ceiling?.Release();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped: the execution has ended, or this process is about to.
        }
        finally
        {
            // Not disposed: whoever stops it may have found it just before. It holds no timer and no handle.
            _running.TryRemove(delivery, out _);
            changed();
        }
    }

    private async Task RunAsync(ExecutionId id, Delivery delivery, TaskPlan task, CancellationToken cancellationToken)
    {
        var (assignment, _) = await Assignments!.ClaimAsync(id, delivery, Claimant, cancellationToken);
        if (assignment is null) return;
        var report = await runner.RunAsync(
            assignment, task, (progress, token) => log.SaveProgressAsync(id, delivery.Key, delivery.Fence, progress, token), cancellationToken);
        // A result that is there is kept even if the run is being stopped.
        await log.IngestAsync(id, [report], CancellationToken.None);
    }
}
