using Npgsql;

namespace PlaybookOperator.EventLog.Postgres;

public sealed partial class DatabaseSchema
{
    /// <summary>
    /// Drops the partitions of past days whose executions have all expired; returns how many. One whose lock cannot be had at once stays until the next time.
    /// </summary>
    /// <exception cref="EventLogUnavailableException">The database cannot be reached or used.</exception>
    public async ValueTask<int> DropEmptyPartitionsAsync(CancellationToken cancellationToken)
    {
        // Yesterday's may still be written to by a clock that is behind.
        var before = clock.GetUtcNow().Date.AddDays(-1);
        return await _database.CallAsync(async (connection, token) =>
        {
            var dropped = 0;
            foreach (var table in s_partitioned)
                foreach (var partition in await PastAsync(connection, table, before, token).ConfigureAwait(false))
                    if (await DropAsync(connection, partition, token).ConfigureAwait(false)) dropped++;
            return dropped;
        }, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<List<Partition>> PastAsync(NpgsqlConnection connection, string table, DateTime before, CancellationToken cancellationToken)
    {
        var past = new List<Partition>();
        var command = new NpgsqlCommand(Sql.Partitions, connection);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(Parameters.Of(table));
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    if (Partition.Parse(table, reader.GetString(0)) is { } partition && partition.Day < before) past.Add(partition);
            }
        }

        return past;
    }

    private static async ValueTask<bool> DropAsync(NpgsqlConnection connection, Partition partition, CancellationToken cancellationToken)
    {
        if (await IsTrueAsync(connection, Sql.HasExecutions, [Parameters.Of(partition.FirstId), Parameters.Of(partition.EndId)], cancellationToken).ConfigureAwait(false)) return false;
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            try
            {
                await ExecuteAsync(connection, Sql.WaitForPartition, [], cancellationToken).ConfigureAwait(false);
                await ExecuteAsync(connection, partition.Lock, [], cancellationToken).ConfigureAwait(false);
                if (await IsTrueAsync(connection, partition.HasRows, [], cancellationToken).ConfigureAwait(false)) return false;
                await ExecuteAsync(connection, partition.Drop, [], cancellationToken).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.UndefinedTable)
            {
                return false;
            }
        }
    }

    private static async ValueTask<bool> IsTrueAsync(NpgsqlConnection connection, string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.AddRange(parameters);
            return (bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
    }
}
