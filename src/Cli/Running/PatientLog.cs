using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Pools;
using PlaybookOperator.Core.Governing;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog;

namespace PlaybookOperator.Cli.Running;

/// <summary>A log in a database, whose calls wait while that is away. Each may be made again: what had happened shows as a conflict, or a duplicate.</summary>
/// <param name="wrote">Told of each execution whose events may have become more.</param>
internal sealed class PatientLog(IEventLog log, IEventReader reader, Patience patience, Action<ExecutionId> wrote) : IEventLog, IEventReader
{
    public ValueTask<ExecutionId> CreateAsync(NewExecution execution, CancellationToken cancellationToken) =>
        patience.CallAsync(() => log.CreateAsync(execution, cancellationToken), cancellationToken);

    public async ValueTask<AppendResult> AppendAsync(ExecutionId id, AppendBatch batch, CancellationToken cancellationToken)
    {
        var result = await patience.CallAsync(() => log.AppendAsync(id, batch, cancellationToken), cancellationToken);
        wrote(id);
        return result;
    }

    public async ValueTask<IReadOnlyList<IngestOutcome>> IngestAsync(ExecutionId id, IReadOnlyList<WorkReport> reports, CancellationToken cancellationToken)
    {
        var outcomes = await patience.CallAsync(() => log.IngestAsync(id, reports, cancellationToken), cancellationToken);
        wrote(id);
        return outcomes;
    }

    public async ValueTask<IReadOnlyList<PoolAnswer>> LeaseAsync(
        ExecutionId id, long runId, IReadOnlyList<PoolTurn> turns, PoolSettings settings, CancellationToken cancellationToken)
    {
        var answers = await patience.CallAsync(() => log.LeaseAsync(id, runId, turns, settings, cancellationToken), cancellationToken);
        wrote(id);
        return answers;
    }

    public ValueTask<ClaimResult> ClaimAsync(ExecutionId id, WorkKey key, int fence, string claimant, CancellationToken cancellationToken) =>
        patience.CallAsync(() => log.ClaimAsync(id, key, fence, claimant, cancellationToken), cancellationToken);

    public ValueTask<bool> SaveProgressAsync(ExecutionId id, WorkKey key, int fence, PageProgress progress, CancellationToken cancellationToken) =>
        patience.CallAsync(() => log.SaveProgressAsync(id, key, fence, progress, cancellationToken), cancellationToken);

    public async ValueTask SaveAllowanceAsync(ExecutionId id, Allowance? allowance, CancellationToken cancellationToken) => await patience.CallAsync(
        async () =>
        {
            await log.SaveAllowanceAsync(id, allowance, cancellationToken);
            return true;
        }, cancellationToken);

    public async ValueTask RecordJobsAsync(ExecutionId id, IReadOnlyList<JobRecord> jobs, CancellationToken cancellationToken) => await patience.CallAsync(
        async () =>
        {
            await log.RecordJobsAsync(id, jobs, cancellationToken);
            return true;
        }, cancellationToken);

    public ValueTask<ExecutionSnapshot?> ReadAsync(ExecutionId id, long sinceEventId, CancellationToken cancellationToken) =>
        patience.CallAsync(() => reader.ReadAsync(id, sinceEventId, cancellationToken), cancellationToken);

    public ValueTask<ExecutionHeader?> ReadHeaderAsync(ExecutionId id, CancellationToken cancellationToken) =>
        patience.CallAsync(() => reader.ReadHeaderAsync(id, cancellationToken), cancellationToken);

    public ValueTask<ExecutionHeader?> FindAsync(string clusterUid, string uid, CancellationToken cancellationToken) =>
        patience.CallAsync(() => reader.FindAsync(clusterUid, uid, cancellationToken), cancellationToken);

    public ValueTask<JobRecordMatch?> FindJobAsync(string jobUid, CancellationToken cancellationToken) =>
        patience.CallAsync(() => reader.FindJobAsync(jobUid, cancellationToken), cancellationToken);

    public ValueTask<EventPage> PageAsync(ExecutionId id, EventQuery query, CancellationToken cancellationToken) =>
        patience.CallAsync(() => reader.PageAsync(id, query, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<IterationOutcome>> ReadResultsAsync(ExecutionId id, long runId, long fromIndex, int limit, CancellationToken cancellationToken) =>
        patience.CallAsync(() => reader.ReadResultsAsync(id, runId, fromIndex, limit, cancellationToken), cancellationToken);

    public ValueTask<LoopAggregates?> ReadAggregatesAsync(ExecutionId id, long runId, CancellationToken cancellationToken) =>
        patience.CallAsync(() => reader.ReadAggregatesAsync(id, runId, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<FormerIteration>> ReadSucceededAsync(ExecutionId id, LoopName loop, long fromIndex, int limit, CancellationToken cancellationToken) =>
        patience.CallAsync(() => reader.ReadSucceededAsync(id, loop, fromIndex, limit, cancellationToken), cancellationToken);

    public ValueTask<JsonElement?> ReadResultAsync(ExecutionId id, WorkKey key, CancellationToken cancellationToken) =>
        patience.CallAsync(() => reader.ReadResultAsync(id, key, cancellationToken), cancellationToken);

    public ValueTask<JsonElement?> ReadElementAsync(ExecutionId id, WorkKey key, int? size, CancellationToken cancellationToken) =>
        patience.CallAsync(() => reader.ReadElementAsync(id, key, size, cancellationToken), cancellationToken);

    public ValueTask<JsonElement?> ReadPlaybookAsync(string digest, CancellationToken cancellationToken) =>
        patience.CallAsync(() => reader.ReadPlaybookAsync(digest, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<ExecutionHeader>> ListOpenAsync(ExecutionId after, int limit, CancellationToken cancellationToken) =>
        patience.CallAsync(() => reader.ListOpenAsync(after, limit, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<ExecutionHeader>> ListAsync(ExecutionQuery query, CancellationToken cancellationToken) =>
        patience.CallAsync(() => reader.ListAsync(query, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<IterationRow>> ListIterationsAsync(ExecutionId id, long runId, IterationQuery query, CancellationToken cancellationToken) =>
        patience.CallAsync(() => reader.ListIterationsAsync(id, runId, query, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<ExecutionHeader>> ListChildrenAsync(IReadOnlyList<ExecutionId> parents, int limit, CancellationToken cancellationToken) =>
        patience.CallAsync(() => reader.ListChildrenAsync(parents, limit, cancellationToken), cancellationToken);
}
