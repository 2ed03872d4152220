using Npgsql;

namespace PlaybookOperator.EventLog.Postgres;

public sealed partial class DatabaseSchema
{
    private async ValueTask<int> MakeAsync(NpgsqlConnection connection, Partition[] wanted, CancellationToken cancellationToken)
    {
        var missing = await MissingAsync(connection, [.. wanted.Select(partition => partition.Name)], cancellationToken).ConfigureAwait(false);
        var made = 0;
        foreach (var partition in wanted.Where(partition => missing.Contains(partition.Name)))
        {
            if (await MakeAsync(connection, partition, cancellationToken).ConfigureAwait(false)) made++;
        }

        return made;
    }

    private async ValueTask<bool> MakeAsync(NpgsqlConnection connection, Partition partition, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            try
            {
                // Attaching waits for writers of the default partition; better to come again than to make them wait.
                await ExecuteAsync(connection, Sql.WaitForPartition, [], cancellationToken).ConfigureAwait(false);
                await ExecuteAsync(connection, Sql.SchemaLock, [Parameters.Of(LockKey)], cancellationToken).ConfigureAwait(false);
                await ExecuteAsync(connection, partition.Create, [], cancellationToken).ConfigureAwait(false);
                await ExecuteAsync(connection, partition.Attach, [], cancellationToken).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.CheckViolation or PostgresErrorCodes.LockNotAvailable)
            {
                LogPartitionPostponed(partition.Name, e.SqlState);
                return false;
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateTable)
            {
                return false;
            }
        }
    }

    private static async ValueTask<HashSet<string>> MissingAsync(NpgsqlConnection connection, string[] names, CancellationToken cancellationToken)
    {
        var missing = new HashSet<string>(StringComparer.Ordinal);
        var command = new NpgsqlCommand(Sql.ReadMissingTables, connection);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(Parameters.Of(names));
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) missing.Add(reader.GetString(0));
            }
        }

        return missing;
    }
}
