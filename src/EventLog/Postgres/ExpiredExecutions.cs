using Npgsql;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>
/// Deletes the rows of executions whose retention is over, in slices and on the background pool, so that neither a lock nor a transaction of it is
/// long. Cut short anywhere it goes on where it was: the execution's row goes last. For one caller at a time, the leader.
/// </summary>
public sealed class ExpiredExecutions(DatabasePools pools, TimeProvider clock, EventLogMetrics metrics)
{
    /// <summary>Rows that one transaction deletes, at most.</summary>
    private const int SliceRows = 10_000;

    private const int MaxExecutions = 100;

    private static readonly string[] s_large = [Sql.DeleteEvents, Sql.DeleteElements, Sql.DeleteResults, Sql.DeleteCarried, Sql.DeleteSamples, Sql.DeleteJobs];

    private readonly Database _database = new(pools.Background, metrics);

    /// <summary>Deletes some executions that have expired; returns how many, 0 when none is left for now.</summary>
    /// <exception cref="EventLogUnavailableException">The database cannot be reached or used, or a lock could not be had in time.</exception>
    public async ValueTask<int> DeleteSomeAsync(CancellationToken cancellationToken)
    {
        var expired = await _database.QueryAsync(
            Sql.Expired, [Parameters.Of(clock.GetUtcNow()), Parameters.Of((long)MaxExecutions)], ReadIdsAsync, cancellationToken).ConfigureAwait(false);
        foreach (var id in expired) await DeleteAsync(id, cancellationToken).ConfigureAwait(false);
        return expired.Count;
    }

    private async ValueTask DeleteAsync(ExecutionId id, CancellationToken cancellationToken)
    {
        foreach (var statement in s_large)
        {
            int deleted;
            do
            {
                deleted = await ExecuteAsync(statement, [Parameters.Of(id.Value), Parameters.Of((long)SliceRows)], cancellationToken).ConfigureAwait(false);
            }
            while (deleted == SliceRows);
        }

        await ExecuteAsync(Sql.DeleteExecution, [Parameters.Of(id.Value)], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>One statement as a transaction of its own that does not wait long for a lock; returns the rows it deleted.</summary>
    private ValueTask<int> ExecuteAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken) =>
        _database.CallAsync(async (connection, token) =>
        {
            var transaction = await connection.BeginTransactionAsync(token).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                var wait = new NpgsqlCommand(Sql.WaitForPartition, connection);
                await using (wait.ConfigureAwait(false)) await wait.ExecuteNonQueryAsync(token).ConfigureAwait(false);
                var command = new NpgsqlCommand(sql, connection);
                await using (command.ConfigureAwait(false))
                {
                    command.Parameters.AddRange(parameters);
                    var deleted = await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
                    await transaction.CommitAsync(token).ConfigureAwait(false);
                    return deleted;
                }
            }
        }, cancellationToken);

    private static async ValueTask<List<ExecutionId>> ReadIdsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var ids = new List<ExecutionId>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) ids.Add(new ExecutionId(reader.GetInt64(0)));
        return ids;
    }
}
