using Npgsql;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>
/// The connections of one process: a pool for writes and reads, a small one for background work that can never eat the first, and connections
/// outside any pool for listening. Opening is lazy: constructing it touches no network. Owns what it opened.
/// </summary>
public sealed class DatabasePools : IAsyncDisposable
{
    private const string Unreadable =
        "ConnectionString cannot be read: it must be postgres://user:password@host:5432/database, with / ? # and @ in user and password percent-encoded, or Host=…;Username=…;Password=…;Database=….";

    private readonly PoolGauges _gauges;

    /// <exception cref="ArgumentException">The options are out of range or the connection string cannot be read.</exception>
    public DatabasePools(EventLogOptions options, EventLogMetrics metrics)
    {
        var problems = options.Problems().ToArray();
        if (problems.Length > 0) throw new ArgumentException(string.Join(' ', problems), nameof(options));
        Options = options;
        Main = BuildReadable(options, "main", builder =>
        {
            builder.MaxPoolSize = options.MaxPoolSize;
            builder.MinPoolSize = options.MinPoolSize;
        });
        Background = BuildReadable(options, "background", builder =>
        {
            builder.MaxPoolSize = options.BackgroundPoolSize;
            builder.MinPoolSize = 0;
        });
        Listener = BuildReadable(options, "listener", static builder =>
        {
            builder.Pooling = false;
            // A connection that only listens would not notice that its server is gone.
            builder.KeepAlive = 10;
            builder.TcpKeepAlive = true;
        });
        _gauges = new PoolGauges(metrics.Meter, options);
    }

    /// <summary>What is wrong with a connection string, in words that repeat no part of it; null: nothing.</summary>
    public static string? Problem(string connectionString)
    {
        try
        {
            _ = new NpgsqlConnectionStringBuilder(PostgresUri.ToConnectionString(connectionString));
            return null;
        }
        catch (Exception unread) when (IsUnreadable(unread))
        {
            return Unreadable;
        }
    }

    public EventLogOptions Options { get; }

    internal NpgsqlDataSource Main { get; }

    internal NpgsqlDataSource Background { get; }

    /// <summary>Not pooled: each connection is for one listener.</summary>
    internal NpgsqlDataSource Listener { get; }

    public async ValueTask DisposeAsync()
    {
        _gauges.Dispose();
        await Main.DisposeAsync().ConfigureAwait(false);
        await Background.DisposeAsync().ConfigureAwait(false);
        await Listener.DisposeAsync().ConfigureAwait(false);
    }

    private static NpgsqlDataSource BuildReadable(EventLogOptions options, string name, Action<NpgsqlConnectionStringBuilder> configure)
    {
        try
        {
            return Build(options, name, configure);
        }
        catch (Exception unread) when (IsUnreadable(unread))
        {
            // Without the reason, and not as its cause: it may repeat a part of the text, such as the password.
            throw Unread(nameof(options));
        }
    }

    private static ArgumentException Unread(string parameter) => new(Unreadable, parameter);

    private static bool IsUnreadable(Exception exception) =>
        exception is ArgumentException or FormatException or OverflowException or KeyNotFoundException or InvalidOperationException;

    private static NpgsqlDataSource Build(EventLogOptions options, string name, Action<NpgsqlConnectionStringBuilder> configure)
    {
        var settings = new NpgsqlConnectionStringBuilder(PostgresUri.ToConnectionString(options.ConnectionString))
        {
            ApplicationName = $"playbook-operator/{name}",
            Timeout = (int)options.ConnectTimeout.TotalSeconds,
            CommandTimeout = (int)options.StatementTimeout.TotalSeconds,
            ConnectionIdleLifetime = (int)options.IdleTimeout.TotalSeconds,
            ConnectionPruningInterval = Math.Min(10, (int)options.IdleTimeout.TotalSeconds),
            MaxAutoPrepare = options.MaxPreparedStatements,
            AutoPrepareMinUsages = 2,
            Timezone = "UTC",
            IncludeErrorDetail = false,
        };
        settings.Options = $"{settings.Options} {ServerSettings(options)}".Trim();
        configure(settings);
        var builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString) { Name = PoolGauges.Prefix + name };
        builder.EnableArrays();
        builder.EnableTransportSecurity();
        builder.EnableIntegratedSecurity();
        return builder.Build();
    }

    /// <summary>
    /// The server keeps the time limits too: a client that died with a transaction open must not hold an execution's row. Plans: every statement
    /// reads ranges of an index by design, so one plan fits all parameters; and only plain index scans leave marks on dead entries, which the next
    /// reader of the busy iteration rows then skips.
    /// </summary>
    private static string ServerSettings(EventLogOptions options)
    {
        var milliseconds = (long)options.StatementTimeout.TotalMilliseconds;
        return $"-c statement_timeout={milliseconds} -c idle_in_transaction_session_timeout={milliseconds} "
            + "-c plan_cache_mode=force_generic_plan -c enable_bitmapscan=off -c jit=off";
    }
}
