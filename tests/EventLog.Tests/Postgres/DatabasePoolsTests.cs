using System.Diagnostics.Metrics;
using Npgsql;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog.Postgres;
using PlaybookOperator.EventLog.Tests.Support;

namespace PlaybookOperator.EventLog.Tests.Postgres;

public sealed class DatabasePoolsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Defaults_are_in_range_and_nothing_connects_before_the_first_call()
    {
        var options = new EventLogOptions { ConnectionString = "Host=database.invalid" };
        Assert.Empty(options.Problems());
        using var metrics = new EventLogMetrics();
        await using var pools = new DatabasePools(options, metrics);
        Assert.Same(options, pools.Options);
    }

    [Fact]
    public void Options_out_of_range_are_all_named()
    {
        var options = new EventLogOptions
        {
            MaxPoolSize = 1,
            MinPoolSize = 5,
            BackgroundPoolSize = 0,
            MaxPreparedStatements = -1,
            InlineResultBytes = 1,
            PollSliceSize = 1,
            PartitionDaysAhead = 0,
            ConnectTimeout = TimeSpan.Zero,
            StatementTimeout = TimeSpan.Zero,
            IdleTimeout = TimeSpan.Zero,
            NotifyDelay = TimeSpan.Zero,
            PollInterval = TimeSpan.Zero,
        };
        Assert.Equal(13, options.Problems().Count());
        using var metrics = new EventLogMetrics();
        Assert.Throws<ArgumentException>(() => new DatabasePools(options, metrics));
    }

    [Theory]
    [InlineData("postgres://user:sw0rd#fish@h/db")]
    [InlineData("postgres://user:x@h/db?port=sw0rd")]
    [InlineData("postgres://user:x@h/db?sw0rd=fish")]
    [InlineData("postgres://user:x@h/db?sslmode=sw0rd")]
    [InlineData("Host=h;Password=x;sw0rd=fish")]
    [InlineData("Host=h;Password=x;Port=sw0rd")]
    [InlineData("Host=h;Password='x;sw0rd")]
    [InlineData("sw0rd fish")]
    public void A_connection_string_that_cannot_be_read_is_refused_without_quoting_it(string text)
    {
        using var metrics = new EventLogMetrics();
        var refused = Assert.Throws<ArgumentException>(() => new DatabasePools(new EventLogOptions { ConnectionString = text }, metrics)).ToString();
        foreach (var message in (string[])[refused, DatabasePools.Problem(text)!])
        {
            Assert.Contains("percent-encoded", message, StringComparison.Ordinal);
            foreach (var part in (string[])["sw0rd", "fish"]) Assert.DoesNotContain(part, message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("postgres://u%40x:p%3Aq@db.example:6432/book?sslmode=require", "db.example", 6432, "u@x", "p:q", "book", SslMode.Require)]
    [InlineData("postgresql://db", "db", 5432, null, null, null, SslMode.Prefer)]
    [InlineData("postgres:///book?host=/run/pg&user=u&sslmode=verify-full", "/run/pg", 5432, "u", null, "book", SslMode.VerifyFull)]
    [InlineData("Host=db;Username=u", "db", 5432, "u", null, null, SslMode.Prefer)]
    public void A_uri_is_understood_like_a_connection_string(
        string text, string host, int port, string? user, string? password, string? database, SslMode mode)
    {
        var settings = new NpgsqlConnectionStringBuilder(PostgresUri.ToConnectionString(text));
        Assert.Equal((host, port, user, password), (settings.Host, settings.Port, settings.Username, settings.Password));
        Assert.Equal((database, mode), (settings.Database, settings.SslMode));
    }

    [Fact]
    public async Task A_statement_that_takes_too_long_is_stopped_and_unavailable()
    {
        await using var log = await PostgresLog.CreateAsync();
        await using var hasty = PostgresLog.On(new EventLogOptions { ConnectionString = log.ConnectionString, StatementTimeout = TimeSpan.FromSeconds(1) });
        var id = await log.Log.CreateAsync(Build.Execution(), Stop);
        await using var connection = new NpgsqlConnection(log.ConnectionString);
        await connection.OpenAsync(Stop);
        await using var transaction = await connection.BeginTransactionAsync(Stop);
        await using var hold = new NpgsqlCommand($"SELECT 1 FROM execution WHERE id = {id} FOR UPDATE", connection);
        await hold.ExecuteNonQueryAsync(Stop);
        await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await hasty.Log.AppendAsync(id, Build.Begin(1, 1), Stop));
        await transaction.RollbackAsync(Stop);
        await hasty.Log.AppendedAsync(id, Build.Begin(1, 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task Statements_are_prepared_in_a_session_unless_a_proxy_forbids_it(int kept)
    {
        await using var log = await PostgresLog.CreateAsync();
        await using var one = PostgresLog.On(new EventLogOptions { ConnectionString = log.ConnectionString, MaxPreparedStatements = kept, MinPoolSize = 0 });
        var id = await one.Log.CreateAsync(Build.Execution(), Stop);
        for (var i = 0; i < 5; i++) Assert.NotNull(await one.Reader.ReadHeaderAsync(id, Stop));

        // One call after the other takes the same connection each time, and so does this.
        await using var session = await one.Pools.Main.OpenConnectionAsync(Stop);
        await using var command = new NpgsqlCommand("SELECT count(*) FROM pg_prepared_statements", session);
        Assert.Equal(kept > 0, (long)(await command.ExecuteScalarAsync(Stop))! > 0);
    }

    [Fact]
    public async Task Metrics_tell_of_writes_duplicates_errors_and_connections()
    {
        await using var log = await PostgresLog.CreateAsync();
        var seen = new Dictionary<string, double>(StringComparer.Ordinal);
        using var listener = Listen(log.Metrics.Meter, seen);
        var id = await log.Log.CreateAsync(Build.Execution(), Stop);
        await log.Log.AppendedAsync(id, Build.Begin(3, 3));
        await log.Log.IngestAsync(id, [Build.Done(2, 0), Build.Done(2, 0), Build.Failed(2, 1), Build.Done(2, 2, fence: 9)], Stop);
        listener.RecordObservableInstruments();
        Assert.Equal(6 + 3, seen["playbook_events_appended"]);
        Assert.Equal((1, 1), (seen["playbook_iterations completed"], seen["playbook_iterations failed"]));
        Assert.Equal(2, seen["playbook_iteration_duplicates"]);
        Assert.True(seen["playbook_event_append_duration_seconds"] > 0);
        Assert.Equal(22, seen["playbook_database_connections_max"]);
        Assert.True(seen["playbook_database_connections idle"] + seen["playbook_database_connections used"] >= 1);
    }

    private static MeterListener Listen(Meter meter, Dictionary<string, double> seen)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (ReferenceEquals(instrument.Meter, meter)) own.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        return listener;

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var name = tags.Length == 0 ? instrument.Name : $"{instrument.Name} {tags[0].Value}";
            lock (seen) seen[name] = seen.GetValueOrDefault(name) + value;
        }
    }
}
