using System.Globalization;
using Npgsql;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog.Postgres;
using PlaybookOperator.EventLog.Tests.Support;

namespace PlaybookOperator.EventLog.Tests.Postgres;

/// <summary>How much the database is asked: number of commands, and plans on a log of more than 10,000 events.</summary>
public sealed class QueryTests : IAsyncLifetime
{
    private const int Iterations = 6_000;
    private PostgresLog _log = null!;
    private ExecutionId _id;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _log = await PostgresLog.CreateAsync();
        _id = await _log.Log.CreateAsync(Build.Execution(), Stop);
        await _log.Log.AppendedAsync(_id, Build.Begin(Iterations, Iterations));
        foreach (var slice in Enumerable.Range(0, Iterations - 10).Chunk(500))
            await _log.Log.IngestAsync(_id, [.. slice.Select(index => Build.Done(2, index))], Stop);
        await using var connection = new NpgsqlConnection(_log.ConnectionString);
        await connection.OpenAsync(Stop);
        await using var analyze = new NpgsqlCommand("ANALYZE", connection);
        await analyze.ExecuteNonQueryAsync(Stop);
    }

    public async ValueTask DisposeAsync() => await _log.DisposeAsync();

    [Fact]
    public async Task A_decision_costs_one_read_and_one_write()
    {
        using var counter = new CommandCounter();
        var snapshot = await _log.Reader.ReadAsync(_id, 0, Stop);
        Assert.Equal(1, counter.Count);
        Assert.Equal((3, 10), (snapshot!.Skeleton.Count, snapshot.Open.Count));
        await _log.Log.AppendedAsync(_id, new AppendBatch(snapshot.Header.Version, [Build.Event(EventType.ExecutionSuspended)]));
        Assert.Equal(2, counter.Count);
    }

    [Fact]
    public async Task Taking_in_reports_costs_one_command_however_many_they_are()
    {
        using var counter = new CommandCounter();
        await _log.Log.IngestAsync(_id, [.. Enumerable.Range(Iterations - 10, 10).Select(index => Build.Done(2, index))], Stop);
        Assert.Equal(1, counter.Count);
    }

    [Fact]
    public async Task A_level_of_children_costs_one_command_however_many_parents_it_has()
    {
        var parents = new List<ExecutionId>();
        for (var i = 0; i < 5; i++) parents.Add(await _log.Log.CreateAsync(Build.Execution() with { Parent = _id }, Stop));
        foreach (var parent in parents) await _log.Log.CreateAsync(Build.Execution() with { Parent = parent }, Stop);
        using var counter = new CommandCounter();
        Assert.Equal(5, (await _log.Reader.ListChildrenAsync(parents, 100, Stop)).Count);
        Assert.Equal(1, counter.Count);
    }

    [Theory]
    [InlineData(1, null, null)]
    [InlineData(60, null, null)]
    [InlineData(60, EventType.IterationCompleted, null)]
    [InlineData(1, null, 11_000)]
    [InlineData(1, EventType.IterationCompleted, 9_000)]
    public async Task A_page_reads_its_own_rows_and_little_else(int page, EventType? type, int? since)
    {
        var query = new EventQuery(page, 100, type, since);
        var plan = await ExplainAsync(PostgresEventLog.Statement(query), [.. PostgresEventLog.PageParameters(_id, query)]);
        AssertIndexed(plan, mostBuffers: 250);
    }

    [Fact]
    public async Task Reading_the_state_does_not_walk_through_the_events_of_loops()
    {
        var plan = await ExplainAsync(Sql.Snapshot, Parameters.Of(_id.Value), Parameters.Of(0L));
        AssertIndexed(plan, mostBuffers: 200);
    }

    [Fact]
    public async Task Results_are_read_along_an_index()
    {
        var plan = await ExplainAsync(Sql.Outcomes, Parameters.Of(_id.Value), Parameters.Of(2L), Parameters.Of(5_000L), Parameters.Of(100L));
        AssertIndexed(plan, mostBuffers: 600);
    }

    private static void AssertIndexed(string plan, int mostBuffers)
    {
        // Partitions that a lookup by a row's own execution cannot be in are only told apart while it runs.
        var executed = string.Join('\n', plan.Split('\n').Where(line => !line.Contains("(never executed)", StringComparison.Ordinal)));
        Assert.DoesNotMatch(@"Seq Scan on event(_default|_\d+)? ", executed);
        Assert.Contains("Index", plan, StringComparison.Ordinal);
        // The top node's buffers sum up those of the nodes below it.
        var buffers = plan.Split('\n').First(line => line.Contains("Buffers: shared", StringComparison.Ordinal));
        var touched = buffers.Split(["hit=", "read="], StringSplitOptions.None).Skip(1)
            .Sum(part => int.Parse(part.Split(' ')[0].Trim(), CultureInfo.InvariantCulture));
        Assert.True(touched <= mostBuffers, $"{touched} pages, at most {mostBuffers} wanted:\n{plan}");
    }

    private async Task<string> ExplainAsync(string sql, params NpgsqlParameter[] parameters)
    {
        await using var connection = new NpgsqlConnection(_log.ConnectionString);
        await connection.OpenAsync(Stop);
        await using var explain = new NpgsqlCommand("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) " + sql, connection);
        explain.Parameters.AddRange(parameters);
        var lines = new List<string>();
        await using var reader = await explain.ExecuteReaderAsync(Stop);
        while (await reader.ReadAsync(Stop)) lines.Add(reader.GetString(0));
        return string.Join('\n', lines);
    }
}
