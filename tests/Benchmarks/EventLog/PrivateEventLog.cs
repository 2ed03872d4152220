using Microsoft.Extensions.Logging.Abstractions;
using PlaybookOperator.EventLog;
using PlaybookOperator.EventLog.Postgres;
using PlaybookOperator.Testing;

namespace PlaybookOperator.Benchmarks.EventLog;

/// <summary>An event log on a private PostgreSQL, gone when disposed.</summary>
internal sealed class PrivateEventLog : IAsyncDisposable
{
    private readonly PrivatePostgres _postgres;
    private readonly PrivateDatabase _database;
    private readonly EventLogMetrics _metrics;
    private readonly DatabasePools _pools;

    private PrivateEventLog(PrivatePostgres postgres, PrivateDatabase database)
    {
        (_postgres, _database, _metrics) = (postgres, database, new EventLogMetrics());
        _pools = new DatabasePools(new EventLogOptions { ConnectionString = database.ConnectionString }, _metrics);
        Log = new PostgresEventLog(_pools, new ChangeNotifier(_pools, TimeProvider.System, _metrics, NullLogger<ChangeNotifier>.Instance), TimeProvider.System, _metrics);
    }

    public PostgresEventLog Log { get; }

    public string ConnectionString => _database.ConnectionString;

    public static async Task<PrivateEventLog> StartAsync(PrivatePostgresOptions options)
    {
        var postgres = await PrivatePostgres.StartAsync(options);
        var started = new PrivateEventLog(postgres, await postgres.CreateDatabaseAsync());
        await new DatabaseSchema(started._pools, TimeProvider.System, started._metrics, NullLogger<DatabaseSchema>.Instance).MigrateAsync(CancellationToken.None);
        return started;
    }

    public async ValueTask DisposeAsync()
    {
        await _pools.DisposeAsync();
        _metrics.Dispose();
        await _database.DisposeAsync();
        await _postgres.DisposeAsync();
    }
}
