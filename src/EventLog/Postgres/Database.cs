using Npgsql;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>Runs a piece of work on a pooled connection and turns the database's absence into <see cref="EventLogUnavailableException"/>.</summary>
internal sealed class Database(NpgsqlDataSource pool, EventLogMetrics metrics)
{
    public async ValueTask<T> CallAsync<T>(Func<NpgsqlConnection, CancellationToken, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await pool.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false)) return await work(connection, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && DatabaseErrors.Describe(e) is { } sentence)
        {
            metrics.Unavailable();
            throw new EventLogUnavailableException(sentence, e);
        }
    }

    /// <summary>One statement and its rows.</summary>
    public ValueTask<T> QueryAsync<T>(
        string sql, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, CancellationToken, ValueTask<T>> read, CancellationToken cancellationToken) =>
        CallAsync(async (connection, token) =>
        {
            var command = new NpgsqlCommand(sql, connection);
            await using (command.ConfigureAwait(false))
            {
                command.Parameters.AddRange(parameters);
                var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false)) return await read(reader, token).ConfigureAwait(false);
            }
        }, cancellationToken);
}
