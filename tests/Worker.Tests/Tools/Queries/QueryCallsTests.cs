using System.Diagnostics;
using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Testing;
using PlaybookOperator.Tools.Queries;
using PlaybookOperator.Worker.Tests.Tools.Postgres;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Queries;

/// <summary>Which calls of steps with <c>cache</c> are made, and which are answered by an earlier result.</summary>
public sealed class QueryCallsTests(SampleFixture sample, PostgresFixture postgres)
{
    private readonly ManualTimeProvider _time = new();

    private (TaskBench Bench, BoundedCache<string, byte[]> Cache) Bench(string url)
    {
        var cache = new BoundedCache<string, byte[]>(MemoryQueryCache.DefaultBounds, _time, MemoryQueryCache.SizeOf);
        return (new TaskBench(url) { Queries = new MemoryQueryCache(cache) }, cache);
    }

    private static string Get(string keys) => $$"""{"tool": {"kind": "http", "url": "URL/detail/3?run_key=RUNKEY", {{keys}} }, "cache_seconds": 60}""";

    private static async Task<JsonElement> CompleteAsync(TaskBench bench, string task)
    {
        var report = await bench.RunAsync(task, TestContext.Current.CancellationToken);
        Assert.True(report.Outcome == WorkOutcome.Completed, report.Error?.ToString());
        return report.Result!.Value;
    }

    [Fact]
    public async Task An_equal_read_is_answered_by_the_earlier_result_until_it_is_too_old()
    {
        var (bench, cache) = Bench(sample.Url);
        using var _ = bench;
        var first = await CompleteAsync(bench, Get("\"params\": {\"a\": 1}"));
        _time.Advance(TimeSpan.FromSeconds(59));
        var second = await CompleteAsync(bench, Get("\"method\": \"get\", \"params\": {\"a\": 1}"));
        Assert.Equal(first.GetRawText(), second.GetRawText());
        Assert.Single(await bench.RequestsAsync());
        Assert.Equal((1, 1), (cache.Statistics.Hits, cache.Statistics.Misses));

        _time.Advance(TimeSpan.FromSeconds(1));
        await CompleteAsync(bench, Get("\"params\": {\"a\": 1}"));
        Assert.Equal(2, (await bench.RequestsAsync()).Count);
    }

    [Fact]
    public void A_hit_takes_less_than_a_hundredth_of_a_query_of_5_ms()
    {
        var results = MemoryQueryCache.Create(TimeProvider.System);
        var rows = JsonElement.Parse("[" + string.Join(',', Enumerable.Range(0, 10).Select(n => $"{{\"id\": {n}, \"name\": \"row {n}\"}}")) + "]");
        for (var i = 0; i < 1000; i++) results.Store($"team/{i:x64}", rows);
        var best = TimeSpan.MaxValue;
        for (var round = 0; round < 10; round++)
        {
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < 1000; i++) Assert.NotNull(results.Find($"team/{i:x64}", TimeSpan.FromMinutes(5)));
            var took = Stopwatch.GetElapsedTime(started) / 1000;
            if (took < best) best = took;
        }

        Assert.True(best < TimeSpan.FromMilliseconds(5) / 100, $"A hit took {best.TotalMicroseconds:F1} µs.");
    }

    [Theory]
    [InlineData("\"params\": {\"a\": 2}")]
    [InlineData("\"headers\": {\"X-Tenant\": \"b\"}")]
    [InlineData("\"auth\": \"ONE\"")]
    [InlineData("\"body\": {\"a\": 1}")]
    [InlineData("\"maxResponseBytes\": 1000")]
    public async Task Another_request_or_another_credential_is_another_read(string keys)
    {
        var (bench, _) = Bench(sample.Url);
        using var __ = bench;
        bench.Secrets["ONE"] = "token-of-one";
        await CompleteAsync(bench, Get("\"params\": {\"a\": 1}"));
        await CompleteAsync(bench, Get(keys));
        await CompleteAsync(bench, Get(keys));
        Assert.Equal(2, (await bench.RequestsAsync()).Count);
        bench.Secrets["ONE"] = "token-of-two";
        await CompleteAsync(bench, Get("\"auth\": \"ONE\""));
        Assert.Equal(3, (await bench.RequestsAsync()).Count);
    }

    [Fact]
    public async Task The_order_of_headers_does_not_matter()
    {
        var (bench, _) = Bench(sample.Url);
        using var __ = bench;
        await CompleteAsync(bench, Get("\"headers\": {\"X-A\": \"1\", \"X-B\": \"2\"}"));
        await CompleteAsync(bench, Get("\"headers\": {\"x-b\": \"2\", \"x-a\": \"1\"}"));
        Assert.Single(await bench.RequestsAsync());
    }

    [Theory]
    [InlineData("""{"tool": {"kind": "http", "url": "URL/detail/3?run_key=RUNKEY"}}""")]
    [InlineData("""{"tool": {"kind": "http", "method": "{{ 'PUT' }}", "url": "URL/bad/status/200?run_key=RUNKEY"}, "cache_seconds": 60}""")]
    public async Task Without_cache_and_without_GET_every_call_is_made(string task)
    {
        var (bench, cache) = Bench(sample.Url);
        using var _ = bench;
        await CompleteAsync(bench, task);
        await CompleteAsync(bench, task);
        Assert.Equal((2, 0, 0), ((await bench.RequestsAsync()).Count, cache.Count, cache.Statistics.Misses));
    }

    [Fact]
    public async Task A_failure_is_not_kept()
    {
        var (bench, cache) = Bench(sample.Url);
        using var _ = bench;
        const string Broken = """{"tool": {"kind": "http", "url": "URL/bad/status/500?run_key=RUNKEY"}, "cache_seconds": 60}""";
        for (var i = 0; i < 2; i++) Assert.Equal(WorkOutcome.Failed, (await bench.RunAsync(Broken)).Outcome);
        Assert.Equal((2, 0), ((await bench.RequestsAsync()).Count, cache.Count));
    }

    [Fact]
    public async Task A_result_with_a_secret_in_it_is_not_kept_and_told_as_a_warning()
    {
        var (bench, cache) = Bench(sample.Url);
        using var _ = bench;
        bench.Secrets["TOKEN"] = "s3cr3t+/= word";
        const string Echo = """{"tool": {"kind": "http", "url": "URL/bad/echo?run_key=RUNKEY", "auth": "TOKEN"}, "cache_seconds": 60}""";
        var report = await bench.RunAsync(Echo);
        Assert.Equal((WorkOutcome.Completed, 1L, 0), (report.Outcome, report.Warnings, cache.Count));
        await CompleteAsync(bench, Echo);
        Assert.Equal(2, (await bench.RequestsAsync()).Count);
    }

    [Fact]
    public async Task A_URL_from_a_secret_is_left_out_of_what_is_kept_and_put_back()
    {
        var (bench, cache) = Bench(sample.Url);
        using var _ = bench;
        bench.Secrets["API"] = sample.Url;
        const string Hidden = """{"tool": {"kind": "http", "url": "{{ secret.API }}/detail/3?run_key=RUNKEY"}, "cache_seconds": 60}""";
        var first = await CompleteAsync(bench, Hidden);
        Assert.Equal("***/detail/3", first.GetProperty("url").GetString());
        Assert.Equal(first.GetRawText(), (await CompleteAsync(bench, Hidden)).GetRawText());
        Assert.Equal((1, 1L), ((await bench.RequestsAsync()).Count, cache.Statistics.Hits));
        Assert.True(cache.TryGet(cache.Entries(0, 1)[0].Key, out var kept));
        Assert.DoesNotContain(sample.Url, Encoding.UTF8.GetString(kept), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_result_that_was_served_can_be_read_like_one_that_was_fetched()
    {
        var (bench, _) = Bench(sample.Url);
        using var __ = bench;
        var task = Get("\"followRedirects\": true")[..^1] + """
            , "case_of_iteration": true, "case": [{"when": "event.name == 'call.done'", "then": {"result": ["{{ status_code }}", "{{ response.name }}", "{{ headers['Content-Type'] }}", "{{ result.url }}"]} }] }
            """;
        var fetched = await CompleteAsync(bench, task);
        Assert.Equal(fetched.GetRawText(), (await CompleteAsync(bench, task)).GetRawText());
        Assert.Equal((200, "Item 3", $"{sample.Url}/detail/3"), (fetched[0].GetInt32(), fetched[1].GetString(), fetched[3].GetString()));
        Assert.Single(await bench.RequestsAsync());
    }

    [Fact]
    public async Task A_large_result_is_not_kept()
    {
        await postgres.ExecuteAsync("SELECT 1");
        var (bench, cache) = Bench(sample.Url);
        using var _ = bench;
        bench.Secrets["DB"] = postgres.ConnectionString;
        var report = await bench.RunAsync(Query("SELECT repeat('x', 1048576) AS x", "[]"));
        Assert.Equal((WorkOutcome.Completed, 1L, 0), (report.Outcome, report.Warnings, cache.Count));
    }

    [Fact]
    public async Task A_call_that_is_made_again_is_made_and_its_result_is_kept()
    {
        var (bench, _) = Bench(sample.Url);
        using var __ = bench;
        var poll = Get("\"headers\": {}")[..^1] + """
            , "case_of_iteration": true, "case": [{"when": "event.name == 'call.done'", "then": {"retry": {"max_attempts": 3, "initial_delay": 0} } }] }
            """;
        await bench.RunAsync(poll, TestContext.Current.CancellationToken);
        Assert.Equal(3, (await bench.RequestsAsync()).Count);
        await CompleteAsync(bench, Get("\"headers\": {}"));
        Assert.Equal(3, (await bench.RequestsAsync()).Count);
    }

    [Fact]
    public async Task Pages_are_kept_one_by_one()
    {
        var (bench, cache) = Bench(sample.Url);
        using var _ = bench;
        const string Pages = """
            {"tool": {"kind": "http", "url": "URL/api/v1/assessments", "params": {"page": 1, "run_key": "RUNKEY"}}, "cache_seconds": 60,
             "retry": {"on_success": {"while": "{{ response.paging.hasMore and page < 3 }}", "collect": {"path": "data"}}}}
            """;
        var first = await CompleteAsync(bench, Pages);
        Assert.Equal((3, first.GetRawText()), (cache.Count, (await CompleteAsync(bench, Pages)).GetRawText()));
        Assert.Equal(3, (await bench.RequestsAsync()).Count);
    }

    [Fact]
    public async Task Equal_reads_at_the_same_time_share_one_call()
    {
        var (bench, cache) = Bench(sample.Url);
        using var _ = bench;
        const string Slow = """{"tool": {"kind": "http", "url": "URL/concurrency/probe?ms=300&run_key=RUNKEY"}, "cache_seconds": 60}""";
        var worker = bench.Runner();
        var reports = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => worker.RunAsync(bench.Assign(Slow), save: null, TestContext.Current.CancellationToken).AsTask()));
        Assert.Single(reports.Select(report => report.Result!.Value.GetRawText()).Distinct());
        Assert.Single(await bench.RequestsAsync());
        Assert.Equal((7, 1), (cache.Statistics.Hits, cache.Statistics.Misses));
    }

    [Fact]
    public async Task A_SELECT_is_kept_by_its_statement_parameters_and_database()
    {
        await postgres.ExecuteAsync("DROP TABLE IF EXISTS shop.kept; CREATE TABLE shop.kept (id int, n float8); INSERT INTO shop.kept VALUES (1, 5.0), (2, 2.5)");
        var (bench, cache) = Bench(sample.Url);
        using var _ = bench;
        bench.Secrets["DB"] = postgres.ConnectionString;
        var one = Query("SELECT id, n FROM shop.kept WHERE id = $1;", "[1]");
        var before = await CompleteAsync(bench, one);
        await postgres.ExecuteAsync("DELETE FROM shop.kept");
        Assert.Equal(before.GetRawText(), (await CompleteAsync(bench, one)).GetRawText());
        Assert.Equal(0, (await CompleteAsync(bench, Query("SELECT id, n FROM shop.kept WHERE id = $1;", "[2]"))).GetProperty("row_count").GetInt32());
        Assert.Equal((1, 2), (cache.Statistics.Hits, cache.Count));
        bench.Secrets["DB"] = postgres.ConnectionString + ";Application Name=other";
        Assert.Equal(0, (await CompleteAsync(bench, one)).GetProperty("row_count").GetInt32());
    }

    [Fact]
    public async Task A_statement_that_writes_is_never_kept()
    {
        await postgres.ExecuteAsync("DROP TABLE IF EXISTS shop.written; CREATE TABLE shop.written (id int)");
        var (bench, cache) = Bench(sample.Url);
        using var _ = bench;
        bench.Secrets["DB"] = postgres.ConnectionString;
        var insert = Query("{{ 'INSERT INTO shop.written VALUES (1)' }}", "[]");
        await CompleteAsync(bench, insert);
        await CompleteAsync(bench, insert);
        await CompleteAsync(bench, Query("SELECT 1; INSERT INTO shop.written VALUES (1)", "[]"));
        Assert.Equal(("3", 0), (await postgres.ReadAsync("SELECT count(*) FROM shop.written"), cache.Count));
    }

    private static string Query(string statement, string parameters) =>
        $$"""{"tool": {"kind": "postgres", "auth": "DB", "query": "{{statement}}", "params": {{parameters}} }, "cache_seconds": 60}""";
}
