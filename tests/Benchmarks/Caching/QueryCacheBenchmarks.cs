using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using PlaybookOperator.Benchmarks.EventLog;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;
using PlaybookOperator.SampleApi;
using PlaybookOperator.Testing;
using PlaybookOperator.Tools;
using PlaybookOperator.Tools.Queries;
using PlaybookOperator.Tools.Running;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Benchmarks.Caching;

/// <summary>
/// A hit in the cache <c>query_result</c> beside the read that it saves, on loopback: where it is decided, in the operator's process, and as a step sees it, whose
/// worker asks the operator over HTTP. Medians.
/// </summary>
public static class QueryCacheBenchmarks
{
    private const int Goal = 100;
    private const int Rows = 100_000;
    private static readonly TimeSpan s_maxAge = TimeSpan.FromMinutes(5);

    /// <summary>Returns 0, or 1 when a hit in the operator is not <see cref="Goal"/> times as fast as a read.</summary>
    public static async Task<int> RunAsync()
    {
        await using var database = await PrivateEventLog.StartAsync(new PrivatePostgresOptions());
        await FillAsync(database.ConnectionString);
        await using var api = await SampleServer.StartAsync(CancellationToken.None);
        await using var cache = await QueryCacheServer.StartAsync(database.Log);
        using var tools = new ToolRegistry(TimeProvider.System);
        var secrets = new GivenSecrets(new Dictionary<string, string>(StringComparer.Ordinal) { ["DB"] = database.ConnectionString });
        var worker = new AssignmentRunner(tools, secrets, new RunnerOptions(), TimeProvider.System, Random.Shared.NextDouble, cache.Worker);
        Console.WriteLine($"{"read",-44}{"made",12}{"hit, operator",15}{"ratio",9}{"hit, worker",13}{"ratio",7}{"bytes",7}");
        var meets = true;
        foreach (var (name, tool) in ((string, string)[])
        [
            ("SELECT, ten groups of 100,000 rows", """{"kind":"postgres","auth":"DB","query":"SELECT region, count(*) AS orders, sum(amount) AS amount FROM orders GROUP BY region ORDER BY region"}"""),
            ("SELECT, ten rows by an index", """{"kind":"postgres","auth":"DB","query":"SELECT id, region, amount FROM orders WHERE id BETWEEN 501 AND 510"}"""),
            ("GET, ten items", $$"""{"kind":"http","url":"{{api.Url}}/api/v1/assessments"}"""),
        ])
            meets &= await MeasureAsync(new Read(name, tool), worker, cache);
        Console.WriteLine(meets ? $"a hit in the operator {Goal} times as fast as the read: yes" : $"a hit in the operator {Goal} times as fast as the read: NO");
        return meets ? 0 : 1;
    }

    private static async Task<bool> MeasureAsync(Read read, AssignmentRunner worker, QueryCacheServer cache)
    {
        var made = await MedianAsync(200, () => CompleteAsync(worker, read.Made));
        await CompleteAsync(worker, read.Cached);
        var hits = cache.Statistics.Hits;
        var asked = await MedianAsync(1_000, () => CompleteAsync(worker, read.Cached));
        if (cache.Statistics.Hits - hits != 1_000 + Warming) throw new InvalidOperationException("Not every read was answered by the cache: the figures would not be of hits.");
        var (key, bytes) = cache.Newest;
        var decided = Hit(cache.Results, key);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{read.Name,-44}{made.TotalMicroseconds,9:N0} µs{decided.TotalMicroseconds,12:N2} µs{made / decided,9:N0}{asked.TotalMicroseconds,10:N0} µs{made / asked,7:N1}{bytes,7:N0}"));
        return made / decided >= Goal;
    }

    private const int Warming = 50;

    private static async Task<TimeSpan> MedianAsync(int times, Func<Task> act)
    {
        for (var i = 0; i < Warming; i++) await act();
        var took = new TimeSpan[times];
        for (var i = 0; i < times; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await act();
            took[i] = Stopwatch.GetElapsedTime(began);
        }

        Array.Sort(took);
        return took[times / 2];
    }

    /// <summary>One hit, by windows of a thousand: a single one is too short for the clock.</summary>
    private static TimeSpan Hit(MemoryQueryCache results, string key)
    {
        const int Windows = 101, Hits = 1_000;
        var took = new TimeSpan[Windows];
        for (var i = 0; i < Windows; i++)
        {
            var began = Stopwatch.GetTimestamp();
            for (var n = 0; n < Hits; n++)
                if (results.FindText(key, s_maxAge) is null) throw new InvalidOperationException("A read missed: the figures would not be of hits.");
            took[i] = Stopwatch.GetElapsedTime(began) / Hits;
        }

        Array.Sort(took);
        return took[Windows / 2];
    }

    private static async Task CompleteAsync(AssignmentRunner worker, Assignment assignment)
    {
        var report = await worker.RunAsync(assignment, save: null, CancellationToken.None);
        if (report.Outcome != WorkOutcome.Completed) throw new InvalidOperationException(report.Error?.ToString());
    }

    private static async Task FillAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            $"""
            CREATE TABLE orders AS SELECT id, 'region ' || id % 10 AS region, (id * 7919 % 10000)::float8 / 100 AS amount FROM generate_series(1, {Rows}) AS id;
            CREATE UNIQUE INDEX ON orders (id);
            ANALYZE orders;
            """,
            connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A step, once as it is and once with <c>cache</c>.</summary>
    private sealed record Read(string Name, string Tool)
    {
        public Assignment Made { get; } = Assign($$"""{"tool":{{Tool}}}""");

        public Assignment Cached { get; } = Assign($$"""{"tool":{{Tool}},"cache_seconds":{{s_maxAge.TotalSeconds}}}""");

        private static Assignment Assign(string task) => new()
        {
            ExecutionId = 1,
            RunId = 1,
            Step = "read",
            Epoch = 0,
            Index = 0,
            Fence = 1,
            AttemptsUsed = 0,
            IterationId = "1-1-0",
            Now = DateTimeOffset.UnixEpoch,
            Task = JsonElement.Parse(task),
            WorkloadTemplate = JsonText.EmptyObject,
            WorkloadValues = JsonText.EmptyObject,
            Variables = JsonText.EmptyObject,
            Secrets = ["DB"],
            MaxResultBytes = 1 << 20,
        };
    }
}
