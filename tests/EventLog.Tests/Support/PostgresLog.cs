using Microsoft.Extensions.Logging.Abstractions;
using PlaybookOperator.EventLog.Postgres;
using PlaybookOperator.Testing;

namespace PlaybookOperator.EventLog.Tests.Support;

/// <summary>A Postgres log on a database of its own, with its notifier running.</summary>
internal sealed class PostgresLog : ILogUnderTest
{
    private readonly PrivateDatabase? _owned;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _notifying;

    private PostgresLog(PrivateDatabase? owned, EventLogOptions options)
    {
        _owned = owned;
        Pools = new DatabasePools(options, Metrics);
        var notifier = new ChangeNotifier(Pools, TimeProvider.System, Metrics, NullLogger<ChangeNotifier>.Instance);
        EventLog = new PostgresEventLog(Pools, notifier, TimeProvider.System, Metrics);
        WakeUps = new PostgresWakeUps(Pools, TimeProvider.System, Metrics, NullLogger<PostgresWakeUps>.Instance);
        Schema = new DatabaseSchema(Pools, TimeProvider.System, Metrics, NullLogger<DatabaseSchema>.Instance);
        _notifying = notifier.RunAsync(_stop.Token);
    }

    public DatabasePools Pools { get; }

    public EventLogMetrics Metrics { get; } = new();

    public PostgresEventLog EventLog { get; }

    public DatabaseSchema Schema { get; }

    public IEventLog Log => EventLog;

    public IEventReader Reader => EventLog;

    public IWakeUps WakeUps { get; }

    public string ConnectionString => Pools.Options.ConnectionString;

    /// <summary>On the shared server of this process.</summary>
    public static async Task<PostgresLog> CreateAsync() => await CreateAsync(await PrivatePostgres.SharedAsync());

    public static async Task<PostgresLog> CreateAsync(PrivatePostgres postgres)
    {
        var database = await postgres.CreateDatabaseAsync("event-log", MigrateAsync);
        return new PostgresLog(database, new EventLogOptions { ConnectionString = database.ConnectionString });
    }

    public static PostgresLog On(EventLogOptions options) => new(owned: null, options);

    public Task<ILogUnderTest> AnotherProcessAsync() =>
        Task.FromResult<ILogUnderTest>(On(new EventLogOptions { ConnectionString = ConnectionString }));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _notifying;
        await Pools.DisposeAsync();
        Metrics.Dispose();
        _stop.Dispose();
        if (_owned is not null) await _owned.DisposeAsync();
    }

    private static async Task MigrateAsync(string connectionString)
    {
        await using var log = On(new EventLogOptions { ConnectionString = connectionString, PartitionDaysAhead = 1 });
        await log.Schema.MigrateAsync(CancellationToken.None);
    }
}
