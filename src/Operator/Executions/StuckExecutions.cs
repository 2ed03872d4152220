using System.Collections.Concurrent;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Operator.Executions;

/// <summary>
/// Counts executions in which nothing happens any more (<see cref="Liveness"/>). Only the leader passes over executions, so the others count 0; a new
/// leader begins to count when it first sees an execution. Passes that fail do not keep one alive. Thread-safe.
/// </summary>
/// <param name="workers">Where workers are seen.</param>
/// <param name="after">How long nothing may happen.</param>
/// <param name="time">The clock.</param>
internal sealed class StuckExecutions(IWorkers workers, TimeSpan after, TimeProvider time)
{
    private readonly ConcurrentDictionary<ExecutionId, Liveness> _open = new();

    /// <summary>Executions that are stuck now.</summary>
    public int Count
    {
        get
        {
            var now = time.GetUtcNow();
            return _open.Count(open => open.Value.IsStuck(hasWorker: false, after, now) && !HasWorker(open.Key));
        }
    }

    public void Begin(ExecutionId id) => _open.TryAdd(id, Liveness.Begin(time.GetUtcNow()));

    /// <summary>After a pass.</summary>
    public void Saw(ExecutionId id, ExecutionState state)
    {
        if (state.IsTerminal)
        {
            Forget(id);
            return;
        }

        var now = time.GetUtcNow();
        _open[id] = (_open.GetValueOrDefault(id) ?? Liveness.Begin(now)).Next(state, HasWorker(id), now);
    }

    public void Forget(ExecutionId id) => _open.TryRemove(id, out _);

    private bool HasWorker(ExecutionId id) => workers.Observe(id).Values.Any(phase => phase is JobPhase.Active or JobPhase.Short);
}
