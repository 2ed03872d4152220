using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Testing;
using PlaybookOperator.Tools.Running;
using PlaybookOperator.Tools.Secrets;
using PlaybookOperator.Worker.Tests.Tools.Postgres;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Running;

/// <summary>What reports tell of the worker's caches.</summary>
public sealed class WorkerCachesTests(SampleFixture sample, PostgresFixture postgres)
{
    private const string Task = """{"tool": {"kind": "postgres", "auth": "DB", "query": "SELECT {{ 1 + 1 }} AS two"}}""";

    [Fact]
    public async Task A_report_tells_what_the_caches_have_done_since_the_last_one()
    {
        using var bench = new TaskBench(sample.Url);
        bench.Secrets["DB"] = postgres.ConnectionString;
        bench.Caches = new WorkerCaches(new TemplateCache(bench.Time), bench.Instances);
        var first = await bench.RunAsync(Task);
        Assert.Equal([new CacheCounts("template", 1, 1, 1), new CacheCounts("tool_instance", 0, 1, 1)], first.Caches);
        var second = await bench.RunAsync(Task);
        Assert.Equal([new CacheCounts("template", 2, 0, 0), new CacheCounts("tool_instance", 1, 0, 0)], second.Caches);
        Assert.Null((await bench.RunAsync("""{"tool": {"kind": "transform", "result": 1}}""")).Caches);
    }

    [Fact]
    public async Task Templates_of_the_workload_are_kept_too()
    {
        using var bench = new TaskBench(sample.Url) { WorkloadTemplate = """{"name": "plain", "sum": "{{ 1 + 1 }}"}""" };
        bench.Caches = new WorkerCaches(new TemplateCache(bench.Time), bench.Instances);
        const string Transform = """{"tool": {"kind": "transform", "result": "{{ workload.sum }}"}}""";
        Assert.Equal([new CacheCounts("template", 2, 2, 2)], (await bench.RunAsync(Transform)).Caches);
        Assert.Equal([new CacheCounts("template", 4, 0, 0)], (await bench.RunAsync(Transform)).Caches);
    }

    [Fact]
    public async Task Caches_of_the_engine_itself_are_counted_and_not_told()
    {
        using var bench = new TaskBench(sample.Url);
        bench.Caches = new WorkerCaches(new TemplateCache(bench.Time), bench.Instances) { AreReported = false };
        Assert.Null((await bench.RunAsync("""{"tool": {"kind": "transform", "result": "{{ 1 }}"}}""")).Caches);
        Assert.Equal((1, 1), (bench.Caches.Templates.Statistics.Hits, bench.Caches.Templates.Statistics.Misses));
    }

    [Fact]
    public async Task Evictions_are_told_by_reason()
    {
        using var bench = new TaskBench(sample.Url);
        var templates = new TemplateCache(bench.Time, TemplateCache.DefaultBounds with { MaxEntries = 1 });
        bench.Caches = new WorkerCaches(templates, bench.Instances);
        var report = await bench.RunAsync("""{"tool": {"kind": "transform", "result": ["{{ 1 }}", "{{ 2 }}"]}}""");
        var told = Assert.Single(report.Caches!);
        Assert.Equal(("template", 2, 1), (told.Cache, told.Misses, told.Evictions![(int)EvictionReason.Size]));
    }

    [Fact]
    public async Task Without_caches_a_report_tells_nothing_of_them()
    {
        using var bench = new TaskBench(sample.Url);
        Assert.Null((await bench.RunAsync("""{"tool": {"kind": "transform", "result": "{{ 1 }}"}}""")).Caches);
    }
}
