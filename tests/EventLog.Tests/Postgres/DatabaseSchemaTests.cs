using Npgsql;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog.Postgres;
using PlaybookOperator.EventLog.Tests.Support;
using PlaybookOperator.Testing;

namespace PlaybookOperator.EventLog.Tests.Postgres;

public sealed class DatabaseSchemaTests : IAsyncLifetime
{
    private PrivateDatabase _database = null!;
    private PostgresLog _log = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await (await PrivatePostgres.SharedAsync()).CreateDatabaseAsync();
        _log = PostgresLog.On(new EventLogOptions { ConnectionString = _database.ConnectionString, PartitionDaysAhead = 1 });
    }

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Migrating_again_changes_nothing_and_gives_the_same_identity()
    {
        var identity = await _log.Schema.MigrateAsync(Stop);
        Assert.NotEqual(Guid.Empty, identity);
        Assert.Equal(identity, await _log.Schema.MigrateAsync(Stop));
        Assert.Equal(0, await _log.Schema.EnsurePartitionsAsync(Stop));
    }

    [Fact]
    public async Task Processes_that_migrate_at_once_agree()
    {
        await using var other = PostgresLog.On(_log.Pools.Options);
        var identities = await Task.WhenAll(_log.Schema.MigrateAsync(Stop).AsTask(), other.Schema.MigrateAsync(Stop).AsTask());
        Assert.Equal(identities[0], identities[1]);
    }

    [Fact]
    public async Task A_migration_that_was_changed_after_it_ran_is_refused()
    {
        await _log.Schema.MigrateAsync(Stop);
        await ExecuteAsync("UPDATE schema_migration SET sha256 = 'other' WHERE number = 1");
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(async () => await _log.Schema.MigrateAsync(Stop));
        Assert.Contains("0001_event_log", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_of_an_execution_of_today_go_to_the_partition_of_today()
    {
        await _log.Schema.MigrateAsync(Stop);
        var today = TimeProvider.System.GetUtcNow();
        var id = await _log.Log.CreateAsync(Build.Execution() with { Id = ExecutionId.Create(today, 7) }, Stop);
        Assert.True(id.Value > 1L << 53);
        await _log.Log.AppendedAsync(id, Build.Begin(2, 2));
        Assert.Equal(5L, await ScalarAsync($"SELECT count(*) FROM event_{today:yyyyMMdd}"));
    }

    [Fact]
    public async Task Without_a_partition_nothing_is_refused_and_the_day_stays_where_it_began()
    {
        await _log.Schema.MigrateAsync(Stop);
        var tomorrowAfter = TimeProvider.System.GetUtcNow().AddDays(2);
        var id = await _log.Log.CreateAsync(Build.Execution() with { Id = ExecutionId.Create(tomorrowAfter, 7) }, Stop);
        await _log.Log.AppendedAsync(id, Build.Begin(2, 2));
        await using var later = PostgresLog.On(new EventLogOptions { ConnectionString = _database.ConnectionString, PartitionDaysAhead = 2 });
        Assert.Equal(4, await later.Schema.EnsurePartitionsAsync(Stop));
        Assert.Equal(5L, await ScalarAsync("SELECT count(*) FROM event_default"));
        Assert.Equal(5, (await _log.Reader.ReadStateAsync(id)).LastEventId);
    }

    [Theory]
    [InlineData("playbook.failed", 2, null, "event_default_execution_id_idx")]
    [InlineData("iteration.failed", 2, 0, "run_id_iteration_index")]
    public async Task The_database_itself_refuses_a_second_end(string type, long run, int? index, string byIndex)
    {
        await _log.Schema.MigrateAsync(Stop);
        var id = await _log.Log.CreateAsync(Build.Execution(), Stop);
        await _log.Log.AppendedAsync(id, Build.Begin(2, 2));
        await _log.Log.IngestAsync(id, [Build.Done(run, 0)], Stop);
        await _log.Log.AppendedAsync(id, new AppendBatch(1, [Build.Event(EventType.PlaybookCompleted)]));
        var refused = await Assert.ThrowsAsync<PostgresException>(async () => await ExecuteAsync(
            $"INSERT INTO event (execution_id, event_id, type_seq, run_id, iteration_index, event_type, status, created_at) VALUES ({id}, 99, 99, {run}, {index?.ToString() ?? "NULL"}, '{type}', 'FAILED', now())"));
        Assert.Equal(PostgresErrorCodes.UniqueViolation, refused.SqlState);
        Assert.Contains(byIndex, refused.ConstraintName, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_database_itself_refuses_an_unknown_status()
    {
        await _log.Schema.MigrateAsync(Stop);
        var refused = await Assert.ThrowsAsync<PostgresException>(async () => await ExecuteAsync(
            "INSERT INTO event (execution_id, event_id, type_seq, event_type, status, created_at) VALUES (1, 1, 1, 'vars.set', 'GREAT', now())"));
        Assert.Equal(PostgresErrorCodes.CheckViolation, refused.SqlState);
    }

    private async Task ExecuteAsync(string sql) => await ScalarAsync(sql);

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Stop);
    }
}
