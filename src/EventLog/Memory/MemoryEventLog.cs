using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Pools;
using PlaybookOperator.Core.Governing;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog.Writing;

namespace PlaybookOperator.EventLog.Memory;

/// <summary>
/// The event log of a single process, for runs without a database and for tests: the same contract as the Postgres log, bounded by
/// <see cref="MemoryEventLogOptions"/>, gone with the process. Thread-safe; writes of different executions do not wait for each other.
/// </summary>
public sealed class MemoryEventLog(TimeProvider clock, MemoryEventLogOptions options, EventLogMetrics metrics) : IEventLog, IEventReader, IWakeUps
{
    private readonly ConcurrentDictionary<ExecutionId, MemoryExecution> _executions = new();
    private readonly ConcurrentDictionary<(string ClusterUid, string Uid), ExecutionId> _ids = new();
    private readonly ConcurrentDictionary<string, JsonElement> _playbooks = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, JobRecordMatch> _jobs = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<ExecutionId> _ended = new();
    private readonly ByteBudget _budget = new(options.MaxResultBytes);
    private ImmutableArray<PendingIds> _watchers = [];

    /// <summary>Results that found no room (see <see cref="MemoryEventLogOptions.MaxResultBytes"/>).</summary>
    public long ResultsNotKept => _budget.Refused;

    public ValueTask<ExecutionId> CreateAsync(NewExecution execution, CancellationToken cancellationToken)
    {
        _playbooks.TryAdd(execution.Digest, execution.Spec);
        var id = _ids.GetOrAdd((execution.ClusterUid, execution.Uid), _ =>
            _executions.TryAdd(execution.Id, new MemoryExecution(execution, options, _budget))
                ? execution.Id
                : throw new InvalidOperationException($"Execution id {execution.Id} is taken by another execution."));
        return ValueTask.FromResult(id);
    }

    public ValueTask<AppendResult> AppendAsync(ExecutionId id, AppendBatch batch, CancellationToken cancellationToken)
    {
        Arguments.Check(batch);
        if (!_executions.TryGetValue(id, out var execution)) return ValueTask.FromResult<AppendResult>(new AppendResult.NotFound());
        var began = clock.GetTimestamp();
        var result = execution.Append(batch, FindCarried(batch), FindInherited(batch));
        if (result is AppendResult.Appended)
        {
            metrics.Written(clock.GetElapsedTime(began), batch.Events.Count, Count(batch, EventType.IterationCompleted), Count(batch, EventType.IterationFailed));
            if (batch.Events[^1].Type.IsTerminal()) End(id);
            Wake(id);
        }

        return ValueTask.FromResult(result);
    }

    public ValueTask<IReadOnlyList<IngestOutcome>> IngestAsync(ExecutionId id, IReadOnlyList<WorkReport> reports, CancellationToken cancellationToken)
    {
        var outcomes = new IngestOutcome[reports.Count];
        _executions.TryGetValue(id, out var execution);
        var began = clock.GetTimestamp();
        var now = Storable.Instant(clock.GetUtcNow());
        long written = 0, completed = 0, failed = 0;
        for (var i = 0; i < outcomes.Length; i++)
        {
            var events = 0;
            outcomes[i] = execution?.Ingest(ReportCleaning.Clean(reports[i]), now, out events) ?? IngestOutcome.Unknown;
            metrics.Judged(outcomes[i], reports[i]);
            written += events;
            if (outcomes[i] != IngestOutcome.Accepted || reports[i].Key.IsCall) continue;
            if (reports[i].Outcome == WorkOutcome.Completed) completed++;
            else if (reports[i].Outcome == WorkOutcome.Failed) failed++;
        }

        if (written > 0)
        {
            metrics.Written(clock.GetElapsedTime(began), written, completed, failed);
            Wake(id);
        }

        return ValueTask.FromResult<IReadOnlyList<IngestOutcome>>(outcomes);
    }

    public ValueTask<IReadOnlyList<PoolAnswer>> LeaseAsync(
        ExecutionId id, long runId, IReadOnlyList<PoolTurn> turns, PoolSettings settings, CancellationToken cancellationToken)
    {
        if (!_executions.TryGetValue(id, out var execution)) return ValueTask.FromResult(PoolEvents.TellToLeave(turns, IngestOutcome.Unknown));
        var began = clock.GetTimestamp();
        var (answers, written) = execution.Lease(runId, PoolEvents.Clean(turns, runId), settings, Storable.Instant(clock.GetUtcNow()));
        metrics.Judged(answers, turns);
        if (written is { Events.Count: > 0 }) metrics.Written(clock.GetElapsedTime(began), written.Events.Count, written.Succeeded, written.Failed);
        // A lease that came back, or the last one that ended, is news for the decider too.
        if (written is not null) Wake(id);
        return ValueTask.FromResult(answers);
    }

    public ValueTask<ClaimResult> ClaimAsync(ExecutionId id, WorkKey key, int fence, string claimant, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_executions.TryGetValue(id, out var execution)
            ? execution.Claim(key, fence, claimant)
            : new ClaimResult.Refused(ClaimRefusal.NotOpen));

    public ValueTask SaveAllowanceAsync(ExecutionId id, Allowance? allowance, CancellationToken cancellationToken)
    {
        if (_executions.TryGetValue(id, out var execution)) execution.Leave(allowance);
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> SaveProgressAsync(ExecutionId id, WorkKey key, int fence, PageProgress progress, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_executions.TryGetValue(id, out var execution) && execution.SaveProgress(key, fence, progress));

    public ValueTask RecordJobsAsync(ExecutionId id, IReadOnlyList<JobRecord> jobs, CancellationToken cancellationToken)
    {
        foreach (var job in jobs) _jobs.TryAdd(job.JobUid, new JobRecordMatch(id, job.Key, job.Fence));
        return ValueTask.CompletedTask;
    }

    public ValueTask<ExecutionSnapshot?> ReadAsync(ExecutionId id, long sinceEventId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_executions.TryGetValue(id, out var execution) ? execution.Read(sinceEventId) : null);

    public ValueTask<ExecutionHeader?> ReadHeaderAsync(ExecutionId id, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_executions.TryGetValue(id, out var execution) ? execution.Header : null);

    public ValueTask<ExecutionHeader?> FindAsync(string clusterUid, string uid, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_ids.TryGetValue((clusterUid, uid), out var id) && _executions.TryGetValue(id, out var execution) ? execution.Header : null);

    public ValueTask<JobRecordMatch?> FindJobAsync(string jobUid, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_jobs.GetValueOrDefault(jobUid));

    public ValueTask<EventPage> PageAsync(ExecutionId id, EventQuery query, CancellationToken cancellationToken)
    {
        Arguments.Check(query);
        return ValueTask.FromResult(_executions.TryGetValue(id, out var execution) ? execution.Page(query) : new EventPage([], TotalEvents: 0));
    }

    public ValueTask<IReadOnlyList<IterationOutcome>> ReadResultsAsync(
        ExecutionId id, long runId, long fromIndex, int limit, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_executions.TryGetValue(id, out var execution) ? execution.Results(runId, fromIndex, Arguments.Limit(limit)) : []);

    public ValueTask<LoopAggregates?> ReadAggregatesAsync(ExecutionId id, long runId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_executions.TryGetValue(id, out var execution) ? execution.Aggregates(runId) : null);

    public ValueTask<IReadOnlyList<FormerIteration>> ReadSucceededAsync(
        ExecutionId id, LoopName loop, long fromIndex, int limit, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_executions.TryGetValue(id, out var execution) ? execution.Succeeded(loop, fromIndex, Arguments.Limit(limit)) : []);

    public ValueTask<JsonElement?> ReadResultAsync(ExecutionId id, WorkKey key, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_executions.TryGetValue(id, out var execution) ? execution.Result(key) : null);

    public ValueTask<JsonElement?> ReadElementAsync(ExecutionId id, WorkKey key, int? size, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_executions.TryGetValue(id, out var execution) ? execution.ReadElement(key, size) : null);

    public ValueTask<JsonElement?> ReadPlaybookAsync(string digest, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_playbooks.TryGetValue(digest, out var spec) ? spec : (JsonElement?)null);

    public ValueTask<IReadOnlyList<ExecutionHeader>> ListOpenAsync(ExecutionId after, int limit, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<ExecutionHeader>>(
            [.. Open().Where(header => header.Id > after).OrderBy(header => header.Id).Take(Arguments.Limit(limit))]);

    public ValueTask<IReadOnlyList<ExecutionHeader>> ListAsync(ExecutionQuery query, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<ExecutionHeader>>(
        [
            .. _executions.Values.Select(execution => execution.HeaderWithProgress)
                .Where(header => (query.Before is not { } before || header.Id < before)
                    && (query.Phase is not { } phase || header.Phase == phase)
                    && (query.Playbook is not { } playbook || header.Playbook == playbook)
                    && (query.Name is not { } name || header.Name == name)
                    && (query.Namespace is not { } space || header.Namespace == space))
                .OrderByDescending(header => header.Id).Take(Arguments.Limit(query.Limit))
                .Select(header => header with { Workload = JsonText.EmptyObject }),
        ]);

    public ValueTask<IReadOnlyList<IterationRow>> ListIterationsAsync(ExecutionId id, long runId, IterationQuery query, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_executions.TryGetValue(id, out var execution) ? execution.Iterations(runId, query with { Limit = Arguments.Limit(query.Limit) }) : []);

    public ValueTask<IReadOnlyList<ExecutionHeader>> ListChildrenAsync(IReadOnlyList<ExecutionId> parents, int limit, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<ExecutionHeader>>(
        [
            .. _executions.Values.Select(execution => execution.Header)
                .Where(header => header.Parent is { } parent && parents.Contains(parent))
                .OrderBy(header => header.Parent!.Value).ThenBy(header => header.Id).Take(Arguments.Limit(limit))
                .Select(header => header with { Workload = JsonText.EmptyObject }),
        ]);

    public async IAsyncEnumerable<ExecutionId> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pending = new PendingIds();
        ImmutableInterlocked.Update(ref _watchers, static (watchers, added) => watchers.Add(added), pending);
        try
        {
            foreach (var header in Open()) pending.Add(header.Id);
            while (true) yield return await pending.TakeAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ImmutableInterlocked.Update(ref _watchers, static (watchers, removed) => watchers.Remove(removed), pending);
        }
    }

    private IEnumerable<ExecutionHeader> Open() => _executions.Values.Select(execution => execution.Header).Where(header => header.EndedAt is null);

    private static long Count(AppendBatch batch, EventType type)
    {
        var count = 0L;
        foreach (var happened in batch.Events) count += happened.Type == type && happened.Status != EventStatus.Cancelled ? 1 : 0;
        return count;
    }

    /// <summary>Before the execution's own lock is taken, so that two executions never wait for each other.</summary>
    private Dictionary<WorkKey, MemoryResults.Entry> FindCarried(AppendBatch batch)
    {
        var found = new Dictionary<WorkKey, MemoryResults.Entry>();
        foreach (var (run, iterations) in batch.Carried)
            foreach (var iteration in iterations.SelectMany(iteration => iteration.Singles()))
            {
                if (_executions.TryGetValue(iteration.Origin.Execution, out var former) && former.FindResult(iteration.Origin.Key) is { } entry)
                    found[new WorkKey(run, iteration.Index)] = entry;
            }

        return found;
    }

    private Dictionary<long, LoopAggregates> FindInherited(AppendBatch batch)
    {
        var found = new Dictionary<long, LoopAggregates>();
        foreach (var (run, former) in batch.Inherited)
            if (_executions.TryGetValue(former.Execution, out var execution) && execution.Aggregates(former.Name) is { } sums && sums.Iterations == former.Iterations) found[run] = sums;
        return found;
    }

    private void Wake(ExecutionId id)
    {
        foreach (var watcher in _watchers) watcher.Add(id);
    }

    private void End(ExecutionId id)
    {
        _ended.Enqueue(id);
        while (_ended.Count > options.MaxEndedExecutions && _ended.TryDequeue(out var oldest)) Forget(oldest);
    }

    private void Forget(ExecutionId id)
    {
        if (!_executions.TryRemove(id, out var execution)) return;
        execution.Forget();
        var header = execution.Header;
        _ids.TryRemove((header.ClusterUid, header.Uid), out _);
        foreach (var (uid, job) in _jobs)
        {
            if (job.Execution == id) _jobs.TryRemove(uid, out _);
        }
    }
}
