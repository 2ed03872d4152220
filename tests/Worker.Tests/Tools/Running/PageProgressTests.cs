using PlaybookOperator.Core.Work;
using PlaybookOperator.Worker.Tests.Tools.Postgres;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Running;

/// <summary>The sinks of pages over a crash: each page is written once, wherever the worker was killed.</summary>
public sealed class PageProgressTests(SampleFixture sample, PostgresFixture postgres)
{
    private const string Pages = """
        {"tool": {"kind": "http", "url": "URL/api/v1/assessments", "params": {"page": 1, "pageSize": 10, "run_key": "RUNKEY"}},
         "retry": {"on_success": {"while": "{{ response.paging.hasMore }}", "collect": {"path": "data"},
           "per_iteration": {"sink": {"tool": "postgres", "auth": "RESULTS_DB", "table": "shop.kinds", "data": {"tag": "RUNKEY", "i": "{{ result.data | length }}", "b": "{{ page }}"} } } } } }
        """;

    [Theory]
    [InlineData(true, "2 pending")]
    [InlineData(false, "1 pending")]
    public async Task A13_a_crash_after_page_2_does_not_duplicate_rows(bool lastWordIsKept, string kept)
    {
        using var bench = Bench();
        using var killed = new CancellationTokenSource();
        PageProgress? saved = null;
        bench.Save = async (progress, _) =>
        {
            // Page 3 is written and about to be committed; page 2 stands.
            if (progress.Sunk == 2) await killed.CancelAsync();
            if (progress.Sunk < 2 || lastWordIsKept) saved = progress;
            return true;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bench.RunAsync(Pages, killed.Token));
        Assert.Equal(kept, $"{saved!.Sunk} {(saved.Pending is null ? "" : "pending")}");
        Assert.Equal("10/1 10/2", await RowsAsync(bench));
        bench.Progress = saved;
        bench.Save = (_, _) => ValueTask.FromResult(true);
        var report = await bench.RunAsync(Pages);
        Assert.Null(report.Error);
        Assert.Equal("10/1 10/2 10/3 5/4", await RowsAsync(bench));
        Assert.Equal(35, report.Result!.Value.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task A_delivery_that_was_replaced_commits_nothing_more()
    {
        using var bench = Bench();
        bench.Save = (progress, _) => ValueTask.FromResult(progress.Sunk == 0);
        var report = await bench.RunAsync(Pages);
        Assert.Equal((WorkErrorKind.Sink, false), (report.Error!.Kind, report.Error.Retryable));
        Assert.Contains("handed to another delivery", report.Error.Message, StringComparison.Ordinal);
        Assert.Equal("10/1", await RowsAsync(bench));
    }

    [Fact]
    public async Task A_transaction_that_the_server_no_longer_knows_counts_as_not_committed()
    {
        using var bench = Bench();
        bench.Progress = new PageProgress(1, "9223372036854775000");
        Assert.Null((await bench.RunAsync(Pages)).Error);
        Assert.Equal("10/2 10/3 5/4", await RowsAsync(bench));
    }

    [Fact]
    public async Task A_sink_without_transactions_gets_a_key_for_each_page_and_says_its_progress_afterwards()
    {
        using var bench = Bench();
        var saved = new List<PageProgress>();
        bench.Save = (progress, _) =>
        {
            saved.Add(progress);
            return ValueTask.FromResult(true);
        };
        var report = await bench.RunAsync("""
            {"tool": {"kind": "http", "url": "URL/api/v1/assessments", "params": {"page": 1, "pageSize": 20}},
             "retry": {"on_success": {"while": "{{ response.paging.hasMore }}", "collect": {"path": "data"},
               "per_iteration": {"sink": {"tool": "http", "url": "URL/bad/echo", "params": {"run_key": "RUNKEY"}}}}}}
            """);
        Assert.Null(report.Error);
        Assert.Equal([new PageProgress(1), new PageProgress(2)], saved);
    }

    private TaskBench Bench()
    {
        var bench = new TaskBench(sample.Url);
        bench.Secrets["RESULTS_DB"] = postgres.ConnectionString;
        return bench;
    }

    private Task<string?> RowsAsync(TaskBench bench) =>
        postgres.ReadAsync($"SELECT string_agg(i || '/' || b, ' ' ORDER BY b, id) FROM shop.kinds WHERE tag = '{bench.RunKey}'");
}
