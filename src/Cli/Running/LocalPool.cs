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
    private readonly PoolLeases _leases = leases;
    private readonly ExecutionId _execution = execution;
    private readonly Action<ExecutionId> _changed = changed;
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

    /// <summary>The first that hears that nothing more may start has the others hear it too.</summary>
    private void Heard(bool stop)
    {
        if (stop == _isStopped) return;
        _isStopped = stop;
        if (stop) Hurry();
    }

    private sealed class Queue(LocalPool pool, long runId, string name) : IPoolQueue
    {
        public async ValueTask<PoolReply?> TurnAsync(PoolRequest request, CancellationToken cancellationToken)
        {
            // A result that is there is kept even if the run is being stopped.
            var reply = await pool._leases.TurnAsync(pool._execution, runId, name, request, CancellationToken.None);
            pool._changed(pool._execution);
            pool.Heard(reply.Stop);
            return reply;
        }
    }
}
