using System.Text.Json;
using Npgsql;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Pools;
using PlaybookOperator.Core.Statistics;
using PlaybookOperator.EventLog.Writing;

namespace PlaybookOperator.EventLog.Postgres;

public sealed partial class PostgresEventLog
{
    public async ValueTask<IReadOnlyList<PoolAnswer>> LeaseAsync(
        ExecutionId id, long runId, IReadOnlyList<PoolTurn> turns, PoolSettings settings, CancellationToken cancellationToken)
    {
        var began = _clock.GetTimestamp();
        var clean = PoolEvents.Clean(turns, runId);
        var (answers, written) = await _database.CallAsync(
            (connection, token) => LeaseAsync(connection, new LeaseCall(id, runId, clean, settings), token), cancellationToken).ConfigureAwait(false);
        _metrics.Judged(answers, clean);
        if (written is null) return answers;
        if (written.Events.Count > 0) _metrics.Written(_clock.GetElapsedTime(began), written.Events.Count, written.Succeeded, written.Failed);
        _notifier.Changed(id);
        return answers;
    }

    /// <summary>One transaction: the ledger is read under the execution's lock, changed here, and written with what it gives; then the events are copied.</summary>
    private async ValueTask<(IReadOnlyList<PoolAnswer> Answers, PoolEvents? Written)> LeaseAsync(
        NpgsqlConnection connection, LeaseCall call, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            var (found, refusal) = await ReadLedgerAsync(connection, call, cancellationToken).ConfigureAwait(false);
            if (found is not { } seen) return (PoolEvents.TellToLeave(call.Turns, refusal), null);
            var now = Storable.Instant(_clock.GetUtcNow());
            var step = PoolRules.Apply(seen.Ledger, seen.Loop, call.Settings, call.Turns, now);
            var written = PoolEvents.Of(step, seen.Loop, now, _inlineResultBytes);
            var sums = seen.Aggregates is { } book
                ? await AggregateStatements.AddAsync(connection, call.Id, call.RunId, book, [.. step.Accepted.Select(accepted => accepted.Report)], cancellationToken).ConfigureAwait(false)
                : [];
            await WriteLeasesAsync(connection, seen.Head, written, [.. LeaseStatements(call, step.Ledger, written), .. sums], cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return (step.Answers, written);
        }
    }

    private static async ValueTask<(LedgerSeen? Found, IngestOutcome Refusal)> ReadLedgerAsync(
        NpgsqlConnection connection, LeaseCall call, CancellationToken cancellationToken)
    {
        var batch = BatchStatement.On(connection, [BatchStatement.For(Sql.Lock, call.Id), BatchStatement.For(Sql.ReadLedger, call.Id, Parameters.Of(call.RunId))]);
        await using (batch.ConfigureAwait(false))
        {
            var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
                if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) return (null, IngestOutcome.Unknown);
                if (reader.GetBoolean(1)) return (null, IngestOutcome.Closed);
                if (reader.IsDBNull(2)) return (null, IngestOutcome.Duplicate);
                var loop = call.Settings.Loop with
                {
                    Succeeded = reader.GetInt64(3),
                    Failed = reader.GetInt64(4),
                    Stopped = reader.GetBoolean(5),
                    FirstError = reader.IsDBNull(6) ? null : reader.GetString(6),
                };
                var ledger = JsonSerializer.Deserialize(reader.GetString(2), PoolJson.Default.PoolLedger)!;
                var head = new EventCopy.EventHead(call.Id, reader.IsDBNull(8) ? null : reader.GetInt64(8), reader.GetInt64(0));
                return (new LedgerSeen(head, ledger, loop, reader.IsDBNull(7) ? null : AggregateStatements.Read(reader.GetString(7))), default);
            }
        }
    }

    private static async ValueTask WriteLeasesAsync(
        NpgsqlConnection connection, EventCopy.EventHead head, PoolEvents written, IEnumerable<NpgsqlBatchCommand> statements, CancellationToken cancellationToken)
    {
        var hasEvents = written.Events.Count > 0;
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var writes = BatchStatement.On(connection, hasEvents ? statements.Prepend(EventCopy.Count(head.Id, head.LastEventId, written.Events)) : statements);
        await using (writes.ConfigureAwait(false))
        {
            var reader = await writes.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                if (hasEvents) counts = await EventCopy.ReadCountsAsync(reader, cancellationToken).ConfigureAwait(false);
                await BatchStatement.DrainAsync(reader, cancellationToken).ConfigureAwait(false);
            }
        }

        if (hasEvents) await EventCopy.WriteAsync(connection, head, counts, written.Events, cancellationToken).ConfigureAwait(false);
    }

    private static IEnumerable<NpgsqlBatchCommand> LeaseStatements(LeaseCall call, PoolLedger ledger, PoolEvents written)
    {
        yield return BatchStatement.For(
            Sql.SaveLedger,
            call.Id,
            Parameters.Of(call.RunId),
            Parameters.Of(JsonSerializer.Serialize(ledger, PoolJson.Default.PoolLedger)),
            Parameters.Of(ledger.Leased),
            Parameters.Of(written.Succeeded),
            Parameters.Of(written.Failed),
            Parameters.Of(written.FirstError),
            Parameters.Of(written.Stopped),
            Parameters.Of(ledger.Executing(call.Settings.Loop.Chunk ?? 1)),
            Parameters.Of(written.Failures.Write()));
        if (written.Large.Count == 0) yield break;
        yield return BatchStatement.For(
            Sql.StoreLeasedResults,
            call.Id,
            Parameters.Of(call.RunId),
            Parameters.Of([.. written.Large.Keys]),
            Parameters.Of([.. written.Large.Values.Select(report => report.Result!.Value.GetRawText())]));
    }

    private sealed record LeaseCall(ExecutionId Id, long RunId, IReadOnlyList<PoolTurn> Turns, PoolSettings Settings);

    private sealed record LedgerSeen(EventCopy.EventHead Head, PoolLedger Ledger, LoopState Loop, AggregateBook? Aggregates);
}
