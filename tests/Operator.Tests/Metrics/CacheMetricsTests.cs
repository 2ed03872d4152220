using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Operator.Metrics;
using PlaybookOperator.Testing;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Metrics;

public sealed class CacheMetricsTests : IDisposable
{
    private readonly Scrapes _scrapes = new();
    private readonly BoundedCache<string, string> _template = Cache("template");

    public void Dispose() => _scrapes.Dispose();

    [Fact]
    public void Every_series_of_every_cache_is_there_at_zero_before_the_first_use()
    {
        using var metrics = new CacheMetrics(_scrapes, [_template, Cache("playbook")]);
        var lines = _scrapes.Lines("playbook_cache_");

        // A histogram of 11 bounds: 12 buckets, sum and count.
        Assert.Equal(2 * (2 + 6 + 5 + 14), lines.Length);
        Assert.Contains("""playbook_cache_requests_total{cache="playbook",result="miss"} 0""", lines);
        Assert.Contains("""playbook_cache_evictions_total{cache="template",reason="collected"} 0""", lines);
        Assert.Contains("""playbook_cache_capacity{cache="template"} 2""", lines);
        Assert.Contains("""playbook_cache_loads_total{cache="template"} 0""", lines);
    }

    [Fact]
    public void The_series_follow_the_cache()
    {
        using var metrics = new CacheMetrics(_scrapes, [_template]);
        foreach (var key in new[] { "a", "b", "c", "c" }) _template.GetOrAdd(key, k => k);
        var lines = _scrapes.Lines("playbook_cache_");

        Assert.Contains("""playbook_cache_requests_total{cache="template",result="hit"} 1""", lines);
        Assert.Contains("""playbook_cache_hit_ratio{cache="template"} 0.25""", lines);
        Assert.Contains("""playbook_cache_evictions_total{cache="template",reason="size"} 1""", lines);
        Assert.Contains("""playbook_cache_entries{cache="template"} 2""", lines);
        Assert.Contains("""playbook_cache_size_bytes{cache="template"} 2""", lines);
        Assert.Contains("""playbook_cache_load_duration_seconds_count{cache="template"} 3""", lines);
    }

    [Fact]
    public void What_workers_report_is_added_to_the_counters()
    {
        var reported = new ReportedCaches();
        using var metrics = new CacheMetrics(_scrapes, [_template], reported);
        Assert.Contains("""playbook_cache_requests_total{cache="tool_instance",result="hit"} 0""", _scrapes.Lines("playbook_cache_"));
        foreach (var key in new[] { "a", "b", "c", "c" }) _template.GetOrAdd(key, k => k);
        reported.Add([new CacheCounts("template", 9, 0, 0, [0, 2]), new CacheCounts("tool_instance", 0, 1, 1, [0, 0, 1, 0, 0, 0])]);
        reported.Add([new CacheCounts("template", 7, 0, 0)]);
        reported.Add(null);
        var lines = _scrapes.Lines("playbook_cache_");

        Assert.Contains("""playbook_cache_requests_total{cache="template",result="hit"} 17""", lines);
        Assert.Contains("""playbook_cache_requests_total{cache="template",result="miss"} 3""", lines);
        Assert.Contains("""playbook_cache_hit_ratio{cache="template"} 0.85""", lines);
        Assert.Contains("""playbook_cache_evictions_total{cache="template",reason="size"} 1""", lines);
        Assert.Contains("""playbook_cache_evictions_total{cache="template",reason="bytes"} 2""", lines);
        Assert.Contains("""playbook_cache_loads_total{cache="template"} 3""", lines);
        Assert.Contains("""playbook_cache_requests_total{cache="tool_instance",result="miss"} 1""", lines);
        Assert.Contains("""playbook_cache_evictions_total{cache="tool_instance",reason="ttl"} 1""", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith("playbook_cache_entries{cache=\"tool_instance\"", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_no_count_of_a_known_cache_is_passed_over()
    {
        var reported = new ReportedCaches();
        reported.Add([new CacheCounts("mine", 1, 1, 1), new CacheCounts(null!, 1, 1, 1), null!, new CacheCounts("template", -1, 5, 5), new CacheCounts("template", 5, long.MaxValue, 5)]);
        reported.Add([new CacheCounts("template", 5, 5, 5, [0, 0, 0, 0, 0, 0, 1]), new CacheCounts("template", 5, 5, 5, [-1])]);
        Assert.Equivalent(CacheTotals.None("template"), reported.Of("template"));
        Assert.Equivalent(CacheTotals.None("mine"), reported.Of("mine"));
    }

    [Fact]
    public void Two_caches_of_one_name_are_refused() =>
        Assert.Throws<ArgumentException>(() => new CacheMetrics(_scrapes, [_template, Cache("template")]));

    private static BoundedCache<string, string> Cache(string name) =>
        new(new() { Name = name, MaxEntries = 2 }, new ManualTimeProvider(), (_, value) => value.Length);
}
