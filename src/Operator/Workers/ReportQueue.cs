using System.Collections.Concurrent;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog;

namespace PlaybookOperator.Operator.Workers;

/// <summary>
/// Group commit: reports of one execution that come while a transaction is under way go together in the next one. A lone report does not wait.
/// A single row a transaction tops out at some 3,000 a second; batches of 500 at a hundred thousand.
/// </summary>
/// <remarks>
/// Thread-safe. An execution's lane is emptied by a task of its own: no caller works for the others, and one that leaves stops nobody. Bounded by the
/// number of requests that the server lets in, each of bounded size: who leaves takes along what has not been begun.
/// </remarks>
public sealed class ReportQueue(IEventLog log)
{
    private const int MaxBatch = 500;

    private readonly ConcurrentDictionary<ExecutionId, Lane> _lanes = new();

    /// <summary>Executions whose reports are being taken in.</summary>
    internal int Lanes => _lanes.Count;

    /// <summary>Takes reports in, durably, and returns one outcome for each, in order.</summary>
    /// <exception cref="OperationCanceledException">Cancelled. Whether reports that a transaction had begun with were taken in is not known.</exception>
    public async Task<IReadOnlyList<IngestOutcome>> EnqueueAsync(ExecutionId id, IReadOnlyList<WorkReport> reports, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiting = new Waiting(reports);
        Lane lane;
        bool isIdle;
        do
        {
            lane = _lanes.GetOrAdd(id, _ => new Lane());
        }
        while (!lane.TryJoin(waiting, out isIdle));
        if (isIdle) lane.Draining = DrainAsync(id, lane);
        try
        {
            return await waiting.Outcome.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            lane.Leave(waiting);
            throw;
        }
    }

    // Never fails: what goes wrong with a batch is told to those whose reports are in it.
    private async Task DrainAsync(ExecutionId id, Lane lane)
    {
        await Task.Yield();
        while (lane.Take(MaxBatch) is { Count: > 0 } batch)
        {
            try
            {
                // No caller's token: the batch holds several callers' reports.
                var outcomes = await log.IngestAsync(id, [.. batch.SelectMany(waiting => waiting.Reports)], CancellationToken.None);
                var position = 0;
                foreach (var waiting in batch)
                {
                    waiting.Outcome.TrySetResult([.. outcomes.Skip(position).Take(waiting.Reports.Count)]);
                    position += waiting.Reports.Count;
                }
            }
            catch (Exception failure)
            {
                foreach (var waiting in batch) waiting.Fail(failure);
            }
        }

        _lanes.TryRemove(KeyValuePair.Create(id, lane));
    }

    private sealed record Waiting(IReadOnlyList<WorkReport> Reports)
    {
        public TaskCompletionSource<IReadOnlyList<IngestOutcome>> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Fail(Exception failure)
        {
            Outcome.TrySetException(failure);
            _ = Outcome.Task.Exception; // Seen: the caller may have left.
        }
    }

    private sealed class Lane
    {
        private readonly Lock _lock = new();
        private readonly LinkedList<Waiting> _queue = new();
        private bool _busy;
        private bool _closed;

        /// <summary>The task that empties it.</summary>
        public Task Draining { get; set; } = Task.CompletedTask;

        /// <summary>False: the lane has closed meanwhile; ask for a new one.</summary>
        public bool TryJoin(Waiting waiting, out bool isIdle)
        {
            lock (_lock)
            {
                isIdle = !_busy;
                if (_closed) return false;
                _busy = true;
                _queue.AddLast(waiting);
                return true;
            }
        }

        /// <summary>Takes back what no transaction has begun with.</summary>
        public void Leave(Waiting waiting)
        {
            lock (_lock) _queue.Remove(waiting);
        }

        /// <summary>The next batch; empty closes the lane for good.</summary>
        public List<Waiting> Take(int maxReports)
        {
            lock (_lock)
            {
                var batch = new List<Waiting>();
                var count = 0;
                while (_queue.First is { Value: var next } && (count == 0 || count + next.Reports.Count <= maxReports))
                {
                    _queue.RemoveFirst();
                    batch.Add(next);
                    count += next.Reports.Count;
                }

                _closed = batch.Count == 0;
                return batch;
            }
        }
    }
}
