using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>
/// Which process runs an execution that has no resource in a cluster. One at a time, by the database's clock. It only saves work: what two processes
/// would write of one execution, the log's own versions and fences let in once. Thread-safe.
/// </summary>
public sealed class ExecutionRunners(DatabasePools pools, EventLogMetrics metrics)
{
    private readonly Database _database = new(pools.Background, metrics);

    /// <summary>Takes the execution, or keeps it, for so long from now. False: another process has it.</summary>
    /// <exception cref="EventLogUnavailableException">The database cannot be reached or used.</exception>
    public ValueTask<bool> TryHoldAsync(ExecutionId id, string runner, TimeSpan time, CancellationToken cancellationToken) => _database.QueryAsync(
        Sql.HoldExecution,
        [Parameters.Of(id.Value), Parameters.Of(runner), Parameters.Of((long)time.TotalMilliseconds)],
        static async (reader, token) => await reader.ReadAsync(token).ConfigureAwait(false),
        cancellationToken);

    /// <summary>Who had it last, and until when; null: nobody.</summary>
    /// <inheritdoc cref="TryHoldAsync"/>
    public ValueTask<(string Runner, DateTimeOffset Until)?> ReadAsync(ExecutionId id, CancellationToken cancellationToken) => _database.QueryAsync(
        Sql.ReadRunner,
        [Parameters.Of(id.Value)],
        static async (reader, token) => await reader.ReadAsync(token).ConfigureAwait(false)
            ? ((string, DateTimeOffset)?)(reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1))
            : null,
        cancellationToken);

    /// <summary>Gives it up, if it is this one's.</summary>
    /// <inheritdoc cref="TryHoldAsync"/>
    public ValueTask<bool> ReleaseAsync(ExecutionId id, string runner, CancellationToken cancellationToken) => _database.QueryAsync(
        Sql.ReleaseExecution, [Parameters.Of(id.Value), Parameters.Of(runner)], static (_, _) => new ValueTask<bool>(true), cancellationToken);
}
