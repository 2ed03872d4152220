using PlaybookOperator.Core.Work;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Postgres;

public sealed class SessionIsolationTests(SampleFixture sample, PostgresFixture postgres)
{
    [Fact]
    public async Task What_one_call_sets_in_its_session_the_next_does_not_see()
    {
        using var bench = Bench();
        await bench.RunAsync(Query("SET search_path TO shop"));
        await bench.RunAsync(Query("BEGIN"));
        Assert.Equal("42P01", (await bench.RunAsync(Query("SELECT * FROM stock"))).Error!.Code);
        Assert.Null((await bench.RunAsync(Query("INSERT INTO shop.stock VALUES ('iso', 'RUNKEY', 1)"))).Error);
        Assert.Equal("1", await postgres.ReadAsync($"SELECT count(*) FROM shop.stock WHERE place = '{bench.RunKey}'"));
    }

    [Fact]
    public async Task Calls_under_way_survive_a_cleared_instance_cache()
    {
        using var bench = Bench();
        var slow = bench.RunAsync(Query("SELECT pg_sleep(0.5)"));
        while (bench.Instances.Cache.Statistics.Size == 0 && !slow.IsCompleted) await Task.Yield();
        bench.Instances.Cache.Clear();
        Assert.Equal(WorkOutcome.Completed, (await slow).Outcome);
        Assert.Equal(WorkOutcome.Completed, (await bench.RunAsync(Query("SELECT 1"))).Outcome);
    }

    [Fact]
    public async Task Equal_connections_share_one_instance()
    {
        using var bench = Bench();
        for (var i = 0; i < 3; i++) await bench.RunAsync(Query("SELECT 1"));
        var statistics = bench.Instances.Cache.Statistics;
        Assert.Equal(("tool_instance", 1, 2), (statistics.Name, statistics.Size, (int)statistics.Hits));
    }

    private TaskBench Bench()
    {
        var bench = new TaskBench(sample.Url);
        bench.Secrets["DB"] = postgres.ConnectionString;
        return bench;
    }

    private static string Query(string sql) => "{\"tool\": {\"kind\": \"postgres\", \"auth\": \"DB\", \"query\": \"" + sql + "\"}}";
}
