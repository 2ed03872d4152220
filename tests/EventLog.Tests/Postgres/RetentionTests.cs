using Npgsql;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog.Postgres;
using PlaybookOperator.EventLog.Tests.Support;
using PlaybookOperator.Testing;

namespace PlaybookOperator.EventLog.Tests.Postgres;

public sealed class RetentionTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _clock = new();
    private PostgresLog _log = null!;
    private ExpiredExecutions _expired = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _log = await PostgresLog.CreateAsync();
        _expired = new ExpiredExecutions(_log.Pools, _clock, _log.Metrics);
    }

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    [Fact]
    public async Task Nothing_goes_before_its_time_and_everything_of_it_then()
    {
        var id = await EndedAsync(TimeSpan.FromDays(1), iterations: 30);
        var other = await EndedAsync(TimeSpan.FromDays(3), iterations: 2);
        Set(Build.Now.AddHours(23));
        Assert.Equal(0, await _expired.DeleteSomeAsync(Stop));
        Set(Build.Now.AddDays(2));
        Assert.Equal(1, await _expired.DeleteSomeAsync(Stop));
        Assert.Equal(0, await _expired.DeleteSomeAsync(Stop));
        Assert.Null(await _log.Reader.ReadHeaderAsync(id, Stop));
        Assert.NotNull(await _log.Reader.ReadHeaderAsync(other, Stop));
        foreach (var table in (string[])["event", "element", "result", "event_count", "step_run", "loop", "iteration", "job", "execution_input"])
            Assert.Equal(0L, await NumberAsync($"SELECT count(*) FROM {table} WHERE execution_id = {id}"));
    }

    [Fact]
    public async Task What_is_to_be_kept_or_still_runs_stays_for_good()
    {
        var kept = await EndedAsync(retention: null, iterations: 2);
        var open = await _log.Log.CreateAsync(Build.Execution() with { Retention = TimeSpan.Zero }, Stop);
        await _log.Log.AppendedAsync(open, Build.Begin(2, 2));
        Set(Build.Now.AddYears(100));
        Assert.Equal(0, await _expired.DeleteSomeAsync(Stop));
        Assert.NotNull(await _log.Reader.ReadHeaderAsync(kept, Stop));
        Assert.NotNull(await _log.Reader.ReadHeaderAsync(open, Stop));
    }

    [Fact]
    public async Task One_whose_results_another_execution_uses_stays_as_long_as_that_one()
    {
        var former = await EndedAsync(TimeSpan.FromDays(1), iterations: 2);
        var repeat = await _log.Log.CreateAsync(Build.Execution() with { Retention = TimeSpan.FromDays(5), RetryOf = former }, Stop);
        await _log.Log.AppendedAsync(repeat, new AppendBatch(0, [Build.Event(EventType.ExecutionCancelled)]));
        Set(Build.Now.AddDays(2));
        Assert.Equal(0, await _expired.DeleteSomeAsync(Stop));
        Set(Build.Now.AddDays(6));
        Assert.Equal(1, await _expired.DeleteSomeAsync(Stop));
        Assert.Equal(1, await _expired.DeleteSomeAsync(Stop));
        Assert.Null(await _log.Reader.ReadHeaderAsync(former, Stop));
    }

    [Fact]
    public async Task A_deletion_that_was_cut_short_goes_on_where_it_was()
    {
        var id = await EndedAsync(TimeSpan.Zero, iterations: 5);
        await NumberAsync($"WITH gone AS (DELETE FROM event WHERE execution_id = {id} RETURNING 1) SELECT count(*) FROM gone");
        Set(Build.Now.AddDays(1));
        Assert.Equal(1, await _expired.DeleteSomeAsync(Stop));
        Assert.Equal(0L, await NumberAsync($"SELECT count(*) FROM execution WHERE id = {id}"));
    }

    [Fact]
    public async Task A_lock_that_somebody_holds_is_not_waited_for_long()
    {
        var id = await EndedAsync(TimeSpan.Zero, iterations: 2);
        Set(Build.Now.AddDays(1));
        await using var connection = new NpgsqlConnection(_log.ConnectionString);
        await connection.OpenAsync(Stop);
        await using var transaction = await connection.BeginTransactionAsync(Stop);
        await using (var held = new NpgsqlCommand($"SELECT 1 FROM execution WHERE id = {id} FOR UPDATE", connection)) await held.ExecuteScalarAsync(Stop);
        var refused = await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await _expired.DeleteSomeAsync(Stop));
        Assert.Contains("lock", refused.Message, StringComparison.Ordinal);
        await transaction.RollbackAsync(Stop);
        Assert.Equal(1, await _expired.DeleteSomeAsync(Stop));
    }

    [Fact]
    public async Task A_partition_is_dropped_when_all_of_its_executions_have_expired_and_not_before()
    {
        var past = new ManualTimeProvider();
        past.Advance(Build.Now - past.GetUtcNow());
        await using var owned = await (await PrivatePostgres.SharedAsync()).CreateDatabaseAsync();
        await using var log = PostgresLog.On(new EventLogOptions { ConnectionString = owned.ConnectionString, PartitionDaysAhead = 1 });
        var schema = new DatabaseSchema(log.Pools, past, log.Metrics, Microsoft.Extensions.Logging.Abstractions.NullLogger<DatabaseSchema>.Instance);
        await schema.MigrateAsync(Stop);
        var id = await log.Log.CreateAsync(Build.Execution() with { Retention = TimeSpan.Zero }, Stop);
        await log.Log.AppendedAsync(id, Build.Begin(1, 1));
        await log.Log.AppendedAsync(id, new AppendBatch(1, [Build.Event(EventType.ExecutionCancelled)]));
        past.Advance(TimeSpan.FromDays(10));
        // The second day's partitions never had an execution: one each of event, element, result, carried and sample.
        Assert.Equal(5, await schema.DropEmptyPartitionsAsync(Stop));
        Assert.Equal(1, await new ExpiredExecutions(log.Pools, past, log.Metrics).DeleteSomeAsync(Stop));
        Assert.Equal(5, await schema.DropEmptyPartitionsAsync(Stop));
        Assert.Equal(0, await schema.DropEmptyPartitionsAsync(Stop));
    }

    private void Set(DateTimeOffset now) => _clock.Advance(now - _clock.GetUtcNow());

    private async Task<ExecutionId> EndedAsync(TimeSpan? retention, int iterations)
    {
        var id = await _log.Log.CreateAsync(Build.Execution() with { Retention = retention }, Stop);
        await _log.Log.AppendedAsync(id, Build.Begin(iterations, iterations));
        await _log.Log.RecordJobsAsync(id, [new JobRecord(new WorkKey(2, 0), 1, $"job-{id}")], Stop);
        await _log.Log.IngestAsync(id, [.. Enumerable.Range(0, iterations).Select(index => Build.Done(2, index, $"\"{new string('x', 70_000)}\""))], Stop);
        await _log.Log.AppendedAsync(id, new AppendBatch(1, [Build.Event(EventType.ExecutionCancelled)]));
        return id;
    }

    private async Task<long> NumberAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_log.ConnectionString);
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(Stop), System.Globalization.CultureInfo.InvariantCulture);
    }
}
