using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Pools;
using PlaybookOperator.Core.Governing;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.EventLog;

/// <summary>
/// The writes of an execution's life. Every write is one transaction; a call that throws has changed nothing.
/// Implementations are thread-safe. An unreachable database gives <see cref="EventLogUnavailableException"/>; all other refusals are results.
/// </summary>
public interface IEventLog
{
    /// <summary>
    /// Registers an execution and pins its playbook version. Idempotent on (cluster uid, resource uid): a second call returns the first one's id.
    /// Appends no event: the decider starts it.
    /// </summary>
    ValueTask<ExecutionId> CreateAsync(NewExecution execution, CancellationToken cancellationToken);

    /// <summary>
    /// Appends a decider's events with the version that it decided on. The log numbers them densely, replaces provisional run ids (negative:
    /// see <see cref="WorkKey.RunId"/>), fills in <c>run_id</c> of <c>step.started</c>, keeps the rows of loops and open work in step, and bumps the version.
    /// </summary>
    ValueTask<AppendResult> AppendAsync(ExecutionId id, AppendBatch batch, CancellationToken cancellationToken);

    /// <summary>
    /// Takes in reports of one execution under the rules of <see cref="Ingest"/>, set-based, in one transaction that does not change the version.
    /// Returns one outcome a report, in order.
    /// </summary>
    ValueTask<IReadOnlyList<IngestOutcome>> IngestAsync(ExecutionId id, IReadOnlyList<WorkReport> reports, CancellationToken cancellationToken);

    /// <summary>
    /// Takes in what workers of a loop's pool say, in order, and answers each: reports are judged by the leases of the run's ledger
    /// (<see cref="PoolRules"/>), and the ledger, the events and the counters change in one transaction that does not change the version. To workers of
    /// a run that is over, or has no pool, all reports are duplicates, and they are told to leave.
    /// </summary>
    ValueTask<IReadOnlyList<PoolAnswer>> LeaseAsync(
        ExecutionId id, long runId, IReadOnlyList<PoolTurn> turns, PoolSettings settings, CancellationToken cancellationToken);

    /// <summary>
    /// Makes the first claim of a delivery durable. <paramref name="claimant"/> is the pod's uid; the same claimant may claim again and gets the same answer.
    /// </summary>
    ValueTask<ClaimResult> ClaimAsync(ExecutionId id, WorkKey key, int fence, string claimant, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps how far a delivery has got, for the delivery that may have to follow it. False, and nothing kept, when the work is not open with this fence:
    /// whoever asks must then write nothing more.
    /// </summary>
    ValueTask<bool> SaveProgressAsync(ExecutionId id, WorkKey key, int fence, PageProgress progress, CancellationToken cancellationToken);

    /// <summary>Keeps what the leader leaves an execution, for those who only read (<see cref="ExecutionHeader.Allowance"/>). Nothing is kept of one that has ended.</summary>
    ValueTask SaveAllowanceAsync(ExecutionId id, Allowance? allowance, CancellationToken cancellationToken);

    /// <summary>Remembers which Job was created for which delivery, so that a pod can be traced to its work by the Job's uid.</summary>
    ValueTask RecordJobsAsync(ExecutionId id, IReadOnlyList<JobRecord> jobs, CancellationToken cancellationToken);
}

/// <summary>The reads. Bounded: nothing here returns more than its limit says, and nothing counts rows.</summary>
public interface IEventReader
{
    /// <summary>
    /// Where an execution stands, in one query: the header, the skeleton events after <paramref name="sinceEventId"/> (ascending), the loops of running
    /// steps, and all open work. Null when there is no such execution.
    /// </summary>
    ValueTask<ExecutionSnapshot?> ReadAsync(ExecutionId id, long sinceEventId, CancellationToken cancellationToken);

    /// <summary>The header alone; null when there is no such execution.</summary>
    ValueTask<ExecutionHeader?> ReadHeaderAsync(ExecutionId id, CancellationToken cancellationToken);

    /// <summary>Finds an execution by its resource's uid; null when it was never created.</summary>
    ValueTask<ExecutionHeader?> FindAsync(string clusterUid, string uid, CancellationToken cancellationToken);

    /// <summary>The work that a Job was created for (see <see cref="IEventLog.RecordJobsAsync"/>); null when unknown.</summary>
    ValueTask<JobRecordMatch?> FindJobAsync(string jobUid, CancellationToken cancellationToken);

    /// <summary>A page of events: dense ranges, so page k costs what page 1 costs. See <see cref="EventQuery"/>.</summary>
    ValueTask<EventPage> PageAsync(ExecutionId id, EventQuery query, CancellationToken cancellationToken);

    /// <summary>Outcomes of a run of a loop with index ≥ <paramref name="fromIndex"/>, ordered by index, at most <paramref name="limit"/>; large results resolved.</summary>
    ValueTask<IReadOnlyList<IterationOutcome>> ReadResultsAsync(
        ExecutionId id, long runId, long fromIndex, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// What the <c>aggregate</c> of a loop's run has come to, with the count of iterations that it was read at. Null when there is no such run, or it sums
    /// up nothing.
    /// </summary>
    ValueTask<LoopAggregates?> ReadAggregatesAsync(ExecutionId id, long runId, CancellationToken cancellationToken);

    /// <summary>
    /// Iterations of the newest run of a loop that succeeded, those carried into it included, with index ≥ <paramref name="fromIndex"/>, ordered by index,
    /// at most <paramref name="limit"/>. Empty when there is no such loop.
    /// </summary>
    ValueTask<IReadOnlyList<FormerIteration>> ReadSucceededAsync(
        ExecutionId id, LoopName loop, long fromIndex, int limit, CancellationToken cancellationToken);

    /// <summary>The JSON of a result that is stored by reference; null when there is none.</summary>
    ValueTask<System.Text.Json.JsonElement?> ReadResultAsync(ExecutionId id, WorkKey key, CancellationToken cancellationToken);

    /// <summary>
    /// The element of an iteration as stored at <c>iterator.started</c>, or the list of those of a chunk of <paramref name="size"/>; null for calls and
    /// for loops over a range.
    /// </summary>
    ValueTask<System.Text.Json.JsonElement?> ReadElementAsync(ExecutionId id, WorkKey key, int? size, CancellationToken cancellationToken);

    /// <summary>The pinned spec of a playbook; null when unknown.</summary>
    ValueTask<System.Text.Json.JsonElement?> ReadPlaybookAsync(string digest, CancellationToken cancellationToken);

    /// <summary>Executions that have not ended, ascending by id, after <paramref name="after"/>, at most <paramref name="limit"/>.</summary>
    ValueTask<IReadOnlyList<ExecutionHeader>> ListOpenAsync(ExecutionId after, int limit, CancellationToken cancellationToken);

    /// <summary>Executions newest first, with their progress; their <see cref="ExecutionHeader.Workload"/> is not read: it is an empty map.</summary>
    ValueTask<IReadOnlyList<ExecutionHeader>> ListAsync(ExecutionQuery query, CancellationToken cancellationToken);

    /// <summary>Iterations of a run of a loop that have been started, one row each (<see cref="IterationRow"/>). Results by reference are not read.</summary>
    ValueTask<IReadOnlyList<IterationRow>> ListIterationsAsync(ExecutionId id, long runId, IterationQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// The children of these executions, in one query, ascending by parent and id, at most <paramref name="limit"/>. Their <see cref="ExecutionHeader.Workload"/>
    /// is not read: it is an empty map.
    /// </summary>
    ValueTask<IReadOnlyList<ExecutionHeader>> ListChildrenAsync(IReadOnlyList<ExecutionId> parents, int limit, CancellationToken cancellationToken);
}

/// <summary>Says which executions have changed. A wake-up carries no data, may come twice, and is made up for after a lost connection.</summary>
public interface IWakeUps
{
    /// <summary>
    /// Ids of executions whose log has changed since the call began, until cancelled. After a lost connection every execution that is still open is
    /// yielded once, so that no change goes unnoticed.
    /// </summary>
    IAsyncEnumerable<ExecutionId> WatchAsync(CancellationToken cancellationToken);
}
