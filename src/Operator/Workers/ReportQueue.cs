using System.Collections.Concurrent;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog;

namespace PlaybookOperator.Operator.Workers;

/// <summary>
/// Group commit: reports of one execution that come while a transaction is under way go together in the next one. A lone report does not wait.
/// A single row a transaction tops out at some 3,000 a second; batches of 500 at a hundred thousand.
/// </summary>
/// <remarks>Thread-safe. Bounded by the number of requests that the server lets in, each of bounded size.</remarks>
public sealed class ReportQueue(IEventLog log)
{
    private const int MaxBatch = 500;

    private readonly ConcurrentDictionary<ExecutionId, Lane> _lanes = new();

    /// <summary>Takes reports in, durably, and returns one outcome for each, in order.</summary>
    public async Task<IReadOnlyList<IngestOutcome>> EnqueueAsync(ExecutionId id, IReadOnlyList<WorkReport> reports, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(reports);
        Lane lane;
        bool leads;
        do
        {
            lane = _lanes.GetOrAdd(id, _ => new Lane());
        }
        while (!lane.TryJoin(waiting, out leads));
        // The first one in an idle lane carries the others' reports too, until the lane is empty.
        if (leads) await DrainAsync(id, lane);
        return await waiting.Outcome.Task.WaitAsync(cancellationToken);
    }

    private async Task DrainAsync(ExecutionId id, Lane lane)
    {
        while (lane.Take(MaxBatch) is { Count: > 0 } batch)
        {
            try
            {
                // Not the caller's token: the batch holds other callers' reports too.
                var outcomes = await log.IngestAsync(id, [.. batch.SelectMany(waiting => waiting.Reports)], CancellationToken.None);
                var position = 0;
                foreach (var waiting in batch)
                {
                    waiting.Outcome.SetResult([.. outcomes.Skip(position).Take(waiting.Reports.Count)]);
                    position += waiting.Reports.Count;
                }
            }
            catch (Exception failure)
            {
                foreach (var waiting in batch) waiting.Outcome.TrySetException(failure);
            }
        }

        _lanes.TryRemove(KeyValuePair.Create(id, lane));
    }

    private sealed record Waiting(IReadOnlyList<WorkReport> Reports)
    {
        public TaskCompletionSource<IReadOnlyList<IngestOutcome>> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Lane
    {
        private readonly Lock _lock = new();
        private readonly Queue<Waiting> _queue = new();
        private bool _busy;
        private bool _closed;

        public bool TryJoin(Waiting waiting, out bool leads)
        {
            lock (_lock)
            {
                leads = !_busy;
                if (_closed) return false;
                _busy = true;
                _queue.Enqueue(waiting);
                return true;
            }
        }

        /// <summary>The next batch; empty closes the lane for good.</summary>
        public List<Waiting> Take(int maxReports)
        {
            lock (_lock)
            {
                var batch = new List<Waiting>();
                var count = 0;
                while (_queue.TryPeek(out var next) && (count == 0 || count + next.Reports.Count <= maxReports))
                {
                    batch.Add(_queue.Dequeue());
                    count += next.Reports.Count;
                }

                _closed = batch.Count == 0;
                return batch;
            }
        }
    }
}
