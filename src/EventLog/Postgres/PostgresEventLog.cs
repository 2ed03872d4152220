using System.Text.Json;
using Npgsql;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Governing;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog.Writing;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>
/// The event log in Postgres. Every write is one transaction that locks the execution's row first; appends and ingests of different executions
/// do not wait for each other. Safe to call again after any exception: an append that had happened shows as a version conflict, a report as a
/// duplicate. Thread-safe.
/// </summary>
public sealed partial class PostgresEventLog : IEventLog, IEventReader
{
    /// <summary>Elements beyond this are copied in rather than sent as parameters.</summary>
    private const int MaxElementsAsParameters = 1_000;

    private readonly Database _database;
    private readonly TimeProvider _clock;
    private readonly EventLogMetrics _metrics;
    private readonly ChangeNotifier _notifier;
    private readonly long _inlineResultBytes;

    public PostgresEventLog(DatabasePools pools, ChangeNotifier notifier, TimeProvider clock, EventLogMetrics metrics)
    {
        _database = new Database(pools.Main, metrics);
        _clock = clock;
        _metrics = metrics;
        _notifier = notifier;
        _inlineResultBytes = pools.Options.InlineResultBytes;
    }

    public async ValueTask<ExecutionId> CreateAsync(NewExecution execution, CancellationToken cancellationToken) =>
        await _database.QueryAsync(
            Sql.Create,
            [
                Parameters.Of(execution.Id.Value),
                Parameters.Of(execution.ClusterUid),
                Parameters.Of(execution.Uid),
                Parameters.Of(execution.Namespace),
                Parameters.Of(execution.Name),
                Parameters.Of(execution.Playbook),
                Parameters.Of(execution.Digest),
                Parameters.Of(execution.Spec.GetRawText()),
                Parameters.Of(execution.Parent?.Value),
                Parameters.Of(Storable.Instant(execution.CreatedAt)),
                Parameters.Of(execution.Workload.GetRawText()),
                Parameters.Of(execution.RetryOf?.Value),
                Parameters.Of(execution.Retention is { } retention ? (long)Math.Ceiling(retention.TotalSeconds) : null),
            ],
            static async (reader, token) =>
            {
                await reader.ReadAsync(token).ConfigureAwait(false);
                return new ExecutionId(reader.GetInt64(0));
            },
            cancellationToken).ConfigureAwait(false);

    public async ValueTask<AppendResult> AppendAsync(ExecutionId id, AppendBatch batch, CancellationToken cancellationToken)
    {
        Arguments.Check(batch);
        var began = _clock.GetTimestamp();
        var result = await AppendOnceAsync(id, batch, cancellationToken).ConfigureAwait(false);
        if (result is not AppendResult.Appended) return result;
        var ended = batch.Events.Where(happened => happened.IterationIndex is not null && happened.Status != EventStatus.Cancelled).CountBy(happened => happened.Type).ToDictionary();
        _metrics.Written(
            _clock.GetElapsedTime(began),
            batch.Events.Count,
            ended.GetValueOrDefault(EventType.IterationCompleted),
            ended.GetValueOrDefault(EventType.IterationFailed));
        _notifier.Changed(id);
        return result;
    }

    public async ValueTask<IReadOnlyList<IngestOutcome>> IngestAsync(
        ExecutionId id, IReadOnlyList<WorkReport> reports, CancellationToken cancellationToken)
    {
        if (reports.Count == 0) return [];
        var began = _clock.GetTimestamp();
        var statements = new IngestStatements(id, reports, Storable.Instant(_clock.GetUtcNow()), _inlineResultBytes);
        var outcomes = await _database.CallAsync((connection, token) => JudgeAsync(connection, statements, token), cancellationToken).ConfigureAwait(false);
        if (outcomes is null) return [.. reports.Select(_ => IngestOutcome.Unknown)];
        Count(statements, outcomes, _clock.GetElapsedTime(began));
        if (outcomes.Contains(IngestOutcome.Accepted)) _notifier.Changed(id);
        return outcomes;
    }

    public async ValueTask<ClaimResult> ClaimAsync(ExecutionId id, WorkKey key, int fence, string claimant, CancellationToken cancellationToken) =>
        await _database.QueryAsync(
            Sql.Claim,
            [Parameters.Of(id.Value), Parameters.Of(key.RunId), Parameters.Of(key.Index), Parameters.Of(fence), Parameters.Of(claimant)],
            (reader, token) => ReadClaimAsync(reader, fence, token),
            cancellationToken).ConfigureAwait(false);

    public async ValueTask<bool> SaveProgressAsync(ExecutionId id, WorkKey key, int fence, PageProgress progress, CancellationToken cancellationToken) =>
        await _database.QueryAsync(
            Sql.SaveProgress,
            [
                Parameters.Of(id.Value), Parameters.Of(key.RunId), Parameters.Of(key.Index), Parameters.Of(fence),
                Parameters.Of(JsonSerializer.Serialize(progress, WorkJson.Default.PageProgress)),
            ],
            static async (reader, token) => await reader.ReadAsync(token).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);

    public async ValueTask SaveAllowanceAsync(ExecutionId id, Allowance? allowance, CancellationToken cancellationToken) =>
        await _database.QueryAsync(
            Sql.SaveAllowance,
            [Parameters.Of(id.Value), Parameters.Of(allowance?.MaxParallel), Parameters.Of(allowance?.Halvings)],
            static (_, _) => new ValueTask<bool>(true),
            cancellationToken).ConfigureAwait(false);

    public async ValueTask RecordJobsAsync(ExecutionId id, IReadOnlyList<JobRecord> jobs, CancellationToken cancellationToken)
    {
        if (jobs.Count == 0) return;
        await _database.QueryAsync(
            Sql.RecordJobs,
            [
                Parameters.Of(id.Value),
                Parameters.Of([.. jobs.Select(job => job.JobUid)]),
                Parameters.Of([.. jobs.Select(job => job.Key.RunId)]),
                Parameters.Of([.. jobs.Select(job => job.Key.Index)]),
                Parameters.Of([.. jobs.Select(job => job.Fence)]),
            ],
            static (_, _) => ValueTask.FromResult(true),
            cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<AppendResult> AppendOnceAsync(ExecutionId id, AppendBatch batch, CancellationToken cancellationToken)
    {
        var statements = new AppendStatements(id, batch);
        var copies = batch.Collections.Values.Any(elements => elements.Count > MaxElementsAsParameters)
            || batch.Carried.Values.Any(iterations => iterations.Sum(iteration => iteration.Count) > MaxElementsAsParameters);
        try
        {
            return await _database.CallAsync(
                (connection, token) => copies ? CopyAsync(connection, statements, token) : SendAsync(connection, statements, token),
                cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException e) when (DatabaseErrors.IsSecondEnd(e))
        {
            return new AppendResult.ConditionFailed();
        }
    }

    private void Count(IngestStatements statements, IngestOutcome[] outcomes, TimeSpan took)
    {
        long written = 0, completed = 0, failed = 0;
        var events = statements.EventsOfReport;
        for (var i = 0; i < outcomes.Length; i++)
        {
            _metrics.Judged(outcomes[i], statements.Reports[i]);
            if (outcomes[i] != IngestOutcome.Accepted) continue;
            written += events[i];
            if (statements.Reports[i] is not { Key.IsCall: false } report) continue;
            if (report.Outcome == WorkOutcome.Completed) completed++;
            else if (report.Outcome == WorkOutcome.Failed) failed++;
        }

        if (written > 0) _metrics.Written(took, written, completed, failed);
    }

    private static async ValueTask<ClaimResult> ReadClaimAsync(NpgsqlDataReader reader, int fence, CancellationToken cancellationToken)
    {
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (!await reader.IsDBNullAsync(0, cancellationToken).ConfigureAwait(false))
        {
            return new ClaimResult.Claimed(reader.IsDBNull(1) ? null : JsonColumn.Parse(reader.GetString(1)), reader.GetInt32(0))
            {
                Size = reader.IsDBNull(5) ? null : reader.GetInt32(5),
                Progress = reader.IsDBNull(6) ? null : JsonSerializer.Deserialize(reader.GetString(6), WorkJson.Default.PageProgress),
            };
        }

        if (!reader.IsDBNull(2) && reader.GetBoolean(2)) return new ClaimResult.Refused(ClaimRefusal.Ended);
        if (reader.IsDBNull(3)) return new ClaimResult.Refused(ClaimRefusal.NotOpen);
        return reader.GetInt32(3) != fence || reader.GetBoolean(4)
            ? new ClaimResult.Refused(ClaimRefusal.OtherDelivery)
            : new ClaimResult.Refused(ClaimRefusal.OtherClaimant) { ByOtherClaimant = true };
    }
}
