using Microsoft.Extensions.Logging.Abstractions;
using PlaybookOperator.EventLog;
using PlaybookOperator.EventLog.Memory;
using PlaybookOperator.EventLog.Postgres;

namespace PlaybookOperator.Cli.Running;

/// <summary>Where a local run keeps its log.</summary>
internal sealed class Store : IAsyncDisposable
{
    public const string Memory = "memory";
    private readonly List<IAsyncDisposable> _owned = [];

    private Store(IEventLog log, IEventReader reader, IWakeUps wakeUps, EventLogMetrics metrics) => (Log, Reader, WakeUps, Metrics) = (log, reader, wakeUps, metrics);

    public IEventLog Log { get; }

    public IEventReader Reader { get; }

    public IWakeUps WakeUps { get; }

    public EventLogMetrics Metrics { get; }

    /// <param name="name"><c>memory</c>, or the connection string of a Postgres database, which is migrated.</param>
    /// <param name="events">Gets each event of a memory store, in order; null: nobody.</param>
    /// <exception cref="UsageException">The connection string is wrong.</exception>
    /// <exception cref="EventLogUnavailableException">The database cannot be reached.</exception>
    public static async Task<Store> OpenAsync(string name, EventFile? events, TimeProvider time, CancellationToken cancellationToken)
    {
        var metrics = new EventLogMetrics();
        if (name == Memory)
        {
            var memory = new MemoryEventLog(time, new MemoryEventLogOptions { EventSink = events is null ? null : events.Write }, metrics);
            return new Store(memory, memory, memory, metrics);
        }

        var options = new EventLogOptions { ConnectionString = name };
        if (options.Problems().ToList() is { Count: > 0 } problems) throw new UsageException($"--store: {problems[0]}");
        DatabasePools pools;
        try
        {
            pools = new DatabasePools(options, metrics);
        }
        catch (Exception unread) when (unread is ArgumentException or FormatException or OverflowException)
        {
            // The reason may repeat a part of it, such as its password.
            throw new UsageException(
                "--store must be memory or the connection string of a Postgres database: postgres://user:password@host:5432/database, or Host=…;Username=…;Password=…;Database=….");
        }

        await new DatabaseSchema(pools, time, metrics, NullLogger<DatabaseSchema>.Instance).MigrateAsync(cancellationToken);
        var notifier = new ChangeNotifier(pools, time, metrics, NullLogger<ChangeNotifier>.Instance);
        var log = new PostgresEventLog(pools, notifier, time, metrics);
        return new Store(log, log, new PostgresWakeUps(pools, time, metrics, NullLogger<PostgresWakeUps>.Instance), metrics) { _owned = { pools } };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in _owned) await owned.DisposeAsync();
        Metrics.Dispose();
    }
}
