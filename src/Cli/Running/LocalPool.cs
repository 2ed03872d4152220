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
    public Task RunAsync(Assignment assignment, TaskPlan task, int workers, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, workers).Select(number => WorkAsync(assignment, task, number, cancellationToken)));

    private async Task WorkAsync(Assignment assignment, TaskPlan task, int number, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var name = string.Create(CultureInfo.InvariantCulture, $"local-{assignment.Fence}-{number}");
        var queue = new Queue(leases, execution, assignment.RunId, name, changed);
        await new PoolWorker(runner, assignment, task, queue, time, ceiling).RunAsync(cancellationToken);
    }

    private sealed class Queue(PoolLeases leases, ExecutionId execution, long runId, string name, Action<ExecutionId> changed) : IPoolQueue
    {
        public async ValueTask<PoolReply?> TurnAsync(PoolRequest request, CancellationToken cancellationToken)
        {
            // A result that is there is kept even if the run is being stopped.
            var reply = await leases.TurnAsync(execution, runId, name, request, CancellationToken.None);
            changed(execution);
            return reply;
        }
    }
}
