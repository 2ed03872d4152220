using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>
/// Brings the database's schema up to this version and makes partitions ahead. Several processes may do so at once: an advisory lock lets one
/// at a time, the others find it done.
/// </summary>
public sealed partial class DatabaseSchema(DatabasePools pools, TimeProvider clock, EventLogMetrics metrics, ILogger<DatabaseSchema> logger)
{
    /// <summary>Any number that no other program on the same database uses for an advisory lock.</summary>
    private const long LockKey = 0x706C_6179_626F_6F6B;

    private static readonly string[] s_partitioned = ["event", "element", "result", "carried", "sample"];

    private readonly Database _database = new(pools.Background, metrics);

    /// <summary>
    /// Runs the migrations that are missing, all or none, makes partitions, and returns the database's identity: made with its first migration and
    /// never changed, so that an operator notices when it is pointed at another database.
    /// </summary>
    /// <exception cref="EventLogUnavailableException">The database cannot be reached or used.</exception>
    /// <exception cref="InvalidOperationException">The database was migrated by another text of the same number.</exception>
    public async ValueTask<Guid> MigrateAsync(CancellationToken cancellationToken)
    {
        var identity = await _database.CallAsync(MigrateAsync, cancellationToken).ConfigureAwait(false);
        await EnsurePartitionsAsync(cancellationToken).ConfigureAwait(false);
        return identity;
    }

    /// <summary>
    /// Makes the daily partitions from today to <see cref="EventLogOptions.PartitionDaysAhead"/> that are missing; returns how many it made. To be
    /// called daily. A day for which rows already lie in the default partition stays there: nothing is ever refused for lack of a partition.
    /// </summary>
    /// <exception cref="EventLogUnavailableException">The database cannot be reached or used.</exception>
    public async ValueTask<int> EnsurePartitionsAsync(CancellationToken cancellationToken)
    {
        var today = clock.GetUtcNow().Date;
        var wanted = Enumerable.Range(0, pools.Options.PartitionDaysAhead + 1)
            .SelectMany(day => s_partitioned.Select(table => new Partition(table, today.AddDays(day))))
            .ToArray();
        return await _database.CallAsync((connection, token) => MakeAsync(connection, wanted, token), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<Guid> MigrateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            // A migration may take as long as it takes.
            await ExecuteAsync(connection, Sql.WaitForMigration, [], cancellationToken).ConfigureAwait(false);
            await ExecuteAsync(connection, Sql.SchemaLock, [Parameters.Of(LockKey)], cancellationToken).ConfigureAwait(false);
            await ExecuteAsync(connection, Sql.CreateMigrationTable, [], cancellationToken).ConfigureAwait(false);
            var applied = await ReadAppliedAsync(connection, cancellationToken).ConfigureAwait(false);
            foreach (var migration in Sql.Migrations)
            {
                if (applied.TryGetValue(migration.Number, out var sha256)) Check(migration, sha256);
                else await ApplyAsync(connection, migration, cancellationToken).ConfigureAwait(false);
            }

            var identity = await IdentityAsync(connection, cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return identity;
        }
    }

    private static void Check(Migration migration, string sha256)
    {
        if (migration.Sha256 == sha256) return;
        throw new InvalidOperationException($"The database was migrated with another text of {migration.Name}: it belongs to another build.");
    }

    private async ValueTask ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, migration.Text, [], cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(
            connection,
            Sql.RecordMigration,
            [Parameters.Of(migration.Number), Parameters.Of(migration.Name), Parameters.Of(migration.Sha256)],
            cancellationToken).ConfigureAwait(false);
        LogMigrated(migration.Name);
    }

    private static async ValueTask<Dictionary<int, string>> ReadAppliedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var applied = new Dictionary<int, string>();
        var command = new NpgsqlCommand(Sql.ReadMigrations, connection);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) applied.Add(reader.GetInt32(0), reader.GetString(1));
            }
        }

        return applied;
    }

    /// <summary>The key that all replicas sign worker sessions with: 32 random bytes, made with the database. Never to be printed.</summary>
    /// <exception cref="EventLogUnavailableException">The database cannot be reached or used.</exception>
    public ValueTask<byte[]> ReadSessionKeyAsync(CancellationToken cancellationToken) => _database.CallAsync(
        static async (connection, token) =>
        {
            var command = new NpgsqlCommand(Sql.ReadSessionKey, connection);
            await using (command.ConfigureAwait(false))
                return (byte[])(await command.ExecuteScalarAsync(token).ConfigureAwait(false))!;
        },
        cancellationToken);

    private static async ValueTask<Guid> IdentityAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(Sql.ReadIdentity, connection);
        await using (command.ConfigureAwait(false))
            return (Guid)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) ?? Guid.Empty);
    }

    private static async ValueTask ExecuteAsync(NpgsqlConnection connection, string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.AddRange(parameters);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
