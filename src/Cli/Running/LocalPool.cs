using System.Collections.Immutable;
using System.Globalization;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Operator.Workers;
using PlaybookOperator.Tools.Running;
using PlaybookOperator.Tools.Running.Pools;

namespace PlaybookOperator.Cli.Running;

/// <summary>The pool of a loop as workers of this process: they lease as pods do.</summary>
/// <param name="changed">Called after each of their words.</param>
internal sealed class LocalPool(
    AssignmentRunner runner, PoolLeases leases, ExecutionId execution, SemaphoreSlim? ceiling, TimeProvider time, Action<ExecutionId> changed)
{
    private ImmutableArray<PoolWorker> _workers = [];
    private bool _isStopped;

    public Task RunAsync(Assignment assignment, TaskPlan task, int workers, CancellationToken cancellationToken)
    {
        _workers =
        [
            .. Enumerable.Range(0, workers).Select(number => new PoolWorker(
                runner, assignment, task, new Queue(this, assignment.RunId, string.Create(CultureInfo.InvariantCulture, $"local-{assignment.Fence}-{number}")), time, ceiling)),
        ];
        return Task.WhenAll(_workers.Select(worker => WorkAsync(worker, cancellationToken)));
    }

    /// <summary>Has all workers speak at once: something that they will hear has changed.</summary>
    public void Hurry()
    {
        foreach (var worker in _workers) worker.Hurry();
    }

    private static async Task WorkAsync(PoolWorker worker, CancellationToken cancellationToken)
    {
        await Task.Yield();
        await worker.RunAsync(cancellationToken);
    }

    private async ValueTask<PoolReply?> TurnAsync(long runId, string name, PoolRequest request)
    {
        // A result that is there is kept even if the run is being stopped.
        var reply = await leases.TurnAsync(execution, runId, name, request, CancellationToken.None);
        changed(execution);
        // The first that hears that nothing more may start has the others hear it too.
        if (reply.Stop && !_isStopped) Hurry();
        _isStopped = reply.Stop;
        return reply;
    }

    private sealed class Queue(LocalPool pool, long runId, string name) : IPoolQueue
    {
        public ValueTask<PoolReply?> TurnAsync(PoolRequest request, CancellationToken cancellationToken) => pool.TurnAsync(runId, name, request);
    }
}
