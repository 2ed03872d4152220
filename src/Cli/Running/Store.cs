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
    private Patience? _patience;

    private Store(IEventLog log, IEventReader reader, IWakeUps wakeUps, EventLogMetrics metrics) => (Log, Reader, WakeUps, Metrics) = (log, reader, wakeUps, metrics);

    public IEventLog Log { get; }

    public IEventReader Reader { get; }

    public IWakeUps WakeUps { get; }

    public EventLogMetrics Metrics { get; }

    /// <summary>Who runs which execution; null in memory, where nobody else could.</summary>
    public ExecutionRunners? Runners { get; private init; }

    /// <summary>The run is being stopped: a database that is away is not waited for much longer.</summary>
    public void Stopping() => _patience?.End();

    /// <param name="name"><c>memory</c>, or the connection string of a Postgres database, which is migrated.</param>
    /// <param name="events">Gets each event of a memory store, in order, and is told of changes of another; null: nobody.</param>
    /// <param name="errors">Is told when the database is away, and when it is back.</param>
    /// <exception cref="UsageException">The connection string is wrong.</exception>
    /// <exception cref="EventLogUnavailableException">The database cannot be reached.</exception>
    public static async Task<Store> OpenAsync(string name, EventFile? events, TimeProvider time, TextWriter errors, CancellationToken cancellationToken)
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
        var postgres = new PostgresEventLog(pools, notifier, time, metrics);
        var patience = new Patience(time, errors);
        var log = new PatientLog(postgres, postgres, patience, id => events?.Changed(id));
        return new Store(log, log, new PostgresWakeUps(pools, time, metrics, NullLogger<PostgresWakeUps>.Instance), metrics)
        {
            Runners = new ExecutionRunners(pools, metrics),
            _patience = patience,
            _owned = { pools },
        };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in _owned) await owned.DisposeAsync();
        _patience?.Dispose();
        Metrics.Dispose();
    }
}
