using System.Threading.Channels;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.EventLog;

/// <summary>
/// A hand-off of execution ids in which each waits at most once: bounded by the number of executions, whatever the rate of changes. Thread-safe; one taker.
/// </summary>
internal sealed class PendingIds
{
    private readonly Lock _lock = new();
    private readonly Queue<ExecutionId> _queue = [];
    private readonly HashSet<ExecutionId> _waiting = [];
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Add(ExecutionId id)
    {
        lock (_lock)
        {
            if (!_waiting.Add(id)) return;
            _queue.Enqueue(id);
        }

        _signal.Writer.TryWrite(true);
    }

    /// <summary>Takes what is there, without waiting; empty when nothing is.</summary>
    public IReadOnlyList<ExecutionId> TakeAll()
    {
        lock (_lock)
        {
            ExecutionId[] taken = [.. _queue];
            _queue.Clear();
            _waiting.Clear();
            return taken;
        }
    }

    public async ValueTask<ExecutionId> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTake(out var id)) return id;
            await _signal.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until something is there.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        while (IsEmpty()) await _signal.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    private bool IsEmpty()
    {
        lock (_lock) return _queue.Count == 0;
    }

    private bool TryTake(out ExecutionId id)
    {
        lock (_lock)
        {
            if (!_queue.TryDequeue(out id)) return false;
            // Forgotten before the taker acts: a change that comes while it acts must wake it again.
            _waiting.Remove(id);
            return true;
        }
    }
}
