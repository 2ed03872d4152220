using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using PlaybookOperator.EventLog.Writing;

namespace PlaybookOperator.EventLog.Postgres;

public sealed partial class PostgresEventLog
{
    /// <summary>The usual append: one batch, one round trip, one implicit transaction.</summary>
    private static async ValueTask<AppendResult> SendAsync(NpgsqlConnection connection, AppendStatements statements, CancellationToken cancellationToken)
    {
        var all = BatchStatement.On(connection, [.. statements.Admission(), .. statements.Writes(), .. statements.Elements()]);
        await using (all.ConfigureAwait(false))
        {
            var (result, _) = await AdmitAsync(all, statements.Batch, cancellationToken).ConfigureAwait(false);
            return result;
        }
    }

    /// <summary>With a large collection: the same statements around a COPY, in a transaction of several round trips.</summary>
    private static async ValueTask<AppendResult> CopyAsync(NpgsqlConnection connection, AppendStatements statements, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            var admission = BatchStatement.On(connection, statements.Admission());
            await using (admission.ConfigureAwait(false))
            {
                var (result, lastEventId) = await AdmitAsync(admission, statements.Batch, cancellationToken).ConfigureAwait(false);
                if (result is not AppendResult.Appended) return result;
                await CopyElementsAsync(connection, statements, lastEventId, cancellationToken).ConfigureAwait(false);
                if (statements.Batch.Carried.Count > 0) await CopyCarriedAsync(connection, statements, lastEventId, cancellationToken).ConfigureAwait(false);
                var writes = BatchStatement.On(connection, statements.Writes());
                await using (writes.ConfigureAwait(false)) await writes.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                return result;
            }
        }
    }

    /// <summary>Runs the batch, reads the two rows of the admission and drains the rest, so that its errors show.</summary>
    private static async ValueTask<(AppendResult Result, long LastEventId)> AdmitAsync(
        NpgsqlBatch statements, AppendBatch batch, CancellationToken cancellationToken)
    {
        var reader = await statements.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            AppendResult? refusal = null;
            if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) refusal = new AppendResult.NotFound();
            else if (reader.GetBoolean(1)) refusal = new AppendResult.Closed();
            else if (reader.GetInt64(0) != batch.ExpectedVersion) refusal = new AppendResult.VersionConflict();
            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
            await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var admitted = reader.GetString(1);
            await BatchStatement.DrainAsync(reader, cancellationToken).ConfigureAwait(false);
            if (refusal is not null) return (refusal, 0);
            if (admitted.Length == 0) return (new AppendResult.ConditionFailed(), 0);
            var lastEventId = long.Parse(admitted, CultureInfo.InvariantCulture);
            return (new AppendResult.Appended(lastEventId + 1, batch.ExpectedVersion + 1), lastEventId);
        }
    }

    private static async ValueTask CopyElementsAsync(
        NpgsqlConnection connection, AppendStatements statements, long lastEventId, CancellationToken cancellationToken)
    {
        var writer = await connection.BeginBinaryImportAsync(Sql.CopyElements, cancellationToken).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            foreach (var (run, elements) in statements.Batch.Collections)
            {
                var runId = Numbering.Resolve(run, lastEventId)!.Value;
                var keys = statements.Batch.Keys.GetValueOrDefault(run);
                for (var i = 0; i < elements.Count; i++)
                {
                    await writer.StartRowAsync(cancellationToken).ConfigureAwait(false);
                    await writer.WriteAsync(statements.Id.Value, NpgsqlDbType.Bigint, cancellationToken).ConfigureAwait(false);
                    await writer.WriteAsync(runId, NpgsqlDbType.Bigint, cancellationToken).ConfigureAwait(false);
                    await writer.WriteAsync((long)i, NpgsqlDbType.Bigint, cancellationToken).ConfigureAwait(false);
                    await writer.WriteAsync(elements[i].GetRawText(), NpgsqlDbType.Json, cancellationToken).ConfigureAwait(false);
                    if (keys is null) await writer.WriteNullAsync(cancellationToken).ConfigureAwait(false);
                    else await writer.WriteAsync(Storable.Sentence(keys[i])!, NpgsqlDbType.Text, cancellationToken).ConfigureAwait(false);
                }
            }

            await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask CopyCarriedAsync(
        NpgsqlConnection connection, AppendStatements statements, long lastEventId, CancellationToken cancellationToken)
    {
        var writer = await connection.BeginBinaryImportAsync(Sql.CopyCarried, cancellationToken).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            foreach (var (run, iterations) in statements.Batch.Carried)
            {
                var runId = Numbering.Resolve(run, lastEventId)!.Value;
                foreach (var (index, size, origin, _) in iterations.SelectMany(iteration => iteration.Singles()))
                {
                    await writer.StartRowAsync(cancellationToken).ConfigureAwait(false);
                    foreach (var number in (long[])[statements.Id.Value, runId, index, origin.Execution.Value, origin.Key.RunId, origin.Key.Index])
                        await writer.WriteAsync(number, NpgsqlDbType.Bigint, cancellationToken).ConfigureAwait(false);
                    if (size is { } elements) await writer.WriteAsync(elements, NpgsqlDbType.Integer, cancellationToken).ConfigureAwait(false);
                    else await writer.WriteNullAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
