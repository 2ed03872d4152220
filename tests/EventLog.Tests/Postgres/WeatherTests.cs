using Npgsql;
using PlaybookOperator.EventLog.Postgres;
using PlaybookOperator.EventLog.Tests.Support;
using PlaybookOperator.Testing;

namespace PlaybookOperator.EventLog.Tests.Postgres;

/// <summary>A database that goes away.</summary>
public sealed class WeatherTests
{
    private const int Total = 200;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_that_are_killed_again_and_again_lose_nothing()
    {
        await using var log = await PostgresLog.CreateAsync();
        await RaceAsync(log, async (race, token) =>
        {
            while (!race.IsCompleted)
            {
                await KillConnectionsAsync(log.ConnectionString, token);
                await Task.WhenAny(race, Task.Delay(TimeSpan.FromMilliseconds(150), TimeProvider.System, token));
            }
        });
    }

    [Fact]
    public async Task A_restart_of_the_database_under_way_loses_nothing()
    {
        await using var postgres = await PrivatePostgres.StartAsync(new PrivatePostgresOptions());
        await using var log = await PostgresLog.CreateAsync(postgres);
        await RaceAsync(log, async (race, _) =>
        {
            await postgres.RestartAsync();
            if (!race.IsCompleted) await postgres.RestartAsync();
        });
    }

    [Fact]
    public async Task A_stopped_database_is_unavailable_and_wakes_everyone_when_it_is_back()
    {
        await using var postgres = await PrivatePostgres.StartAsync(new PrivatePostgresOptions());
        await using var log = await PostgresLog.CreateAsync(postgres);
        var id = await log.Log.CreateAsync(Build.Execution(), Stop);
        await using var woken = log.WakeUps.WatchAsync(Stop).GetAsyncEnumerator(Stop);
        Assert.True(await woken.MoveNextAsync());
        await postgres.StopAsync();
        var away = await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await log.Log.AppendAsync(id, Build.Begin(1, 1), Stop));
        Assert.EndsWith(".", away.Message, StringComparison.Ordinal);
        Assert.NotNull(away.InnerException);
        var next = woken.MoveNextAsync();
        await postgres.ContinueAsync();
        // Nothing has changed: only the catch-up after the lost connection (or a poll that it made forget) can wake.
        Assert.True(await next);
        Assert.Equal(id, woken.Current);
        await log.Log.AppendedAsync(id, Build.Begin(1, 1));
    }

    [Fact]
    public async Task An_announcement_that_never_came_is_made_up_for_by_polling()
    {
        await using var log = await PostgresLog.CreateAsync();
        var id = await log.Log.CreateAsync(Build.Execution(), Stop);
        await using var woken = log.WakeUps.WatchAsync(Stop).GetAsyncEnumerator(Stop);
        Assert.True(await woken.MoveNextAsync());
        // A notifier that nobody runs: as if the process had died between its commit and its announcement.
        await using var silent = new DatabasePools(new EventLogOptions { ConnectionString = log.ConnectionString }, log.Metrics);
        var dying = new PostgresEventLog(silent, Unheard(silent, log), TimeProvider.System, log.Metrics);
        await dying.AppendedAsync(id, Build.Begin(1, 1));
        Assert.True(await woken.MoveNextAsync());
        Assert.Equal(id, woken.Current);
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=x;Database=x", "refuses connections")]
    [InlineData("Host=database.invalid;Username=x;Database=x", "cannot be resolved")]
    public async Task An_absent_server_is_one_sentence(string connectionString, string says)
    {
        await using var log = PostgresLog.On(new EventLogOptions { ConnectionString = connectionString });
        var away = await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await log.Schema.MigrateAsync(Stop));
        Assert.Contains(says, away.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no_such_database", null, "does not exist")]
    [InlineData(null, "wrong", "refuses the user or the password")]
    public async Task A_refusal_is_one_sentence(string? database, string? password, string says)
    {
        var settings = new NpgsqlConnectionStringBuilder((await PrivatePostgres.SharedAsync()).ConnectionString);
        settings.Database = database ?? settings.Database;
        settings.Password = password ?? settings.Password;
        await using var log = PostgresLog.On(new EventLogOptions { ConnectionString = settings.ConnectionString });
        var away = await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await log.Reader.ReadHeaderAsync(new(1), Stop));
        Assert.Contains(says, away.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_without_the_schema_says_so()
    {
        await using var database = await (await PrivatePostgres.SharedAsync()).CreateDatabaseAsync();
        await using var log = PostgresLog.On(new EventLogOptions { ConnectionString = database.ConnectionString });
        var away = await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await log.Reader.ReadHeaderAsync(new(1), Stop));
        Assert.Contains("migrations have not run", away.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_call_is_cancelled_and_not_unavailable()
    {
        await using var log = await PostgresLog.CreateAsync();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await log.Reader.ReadHeaderAsync(new(1), cancelled.Token));
    }

    private static async Task RaceAsync(PostgresLog log, Func<Task, CancellationToken, Task> disturb)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromSeconds(120));
        await using var other = await log.AnotherProcessAsync();
        var id = await log.Log.CreateAsync(Build.Execution(), patience.Token);
        var race = new Race(id, Total, seed: 11);
        var running = race.RunAsync([log, other], [log, log, other, other], patience.Token);
        await Task.WhenAny(running, race.Begun);
        await disturb(running, patience.Token);
        await running;
        // An outcome can be lost with its connection after the commit; the log cannot.
        Assert.InRange(race.Accepted, 1, Total);
        // Through connections of its own: those of the race may still be broken ones.
        await using var after = await log.AnotherProcessAsync();
        await Race.CheckAsync(after.Reader, id, Total);
    }

    private static ChangeNotifier Unheard(DatabasePools pools, PostgresLog log) =>
        new(pools, TimeProvider.System, log.Metrics, Microsoft.Extensions.Logging.Abstractions.NullLogger<ChangeNotifier>.Instance);

    private static async Task KillConnectionsAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var kill = new NpgsqlCommand(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()", connection);
        await kill.ExecuteNonQueryAsync(cancellationToken);
    }
}
