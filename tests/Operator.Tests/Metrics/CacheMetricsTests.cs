using PlaybookOperator.Core.Caching;
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

        Assert.Equal(2 * (2 + 6 + 5), lines.Length);
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
    public void Two_caches_of_one_name_are_refused() =>
        Assert.Throws<ArgumentException>(() => new CacheMetrics(_scrapes, [_template, Cache("template")]));

    private static BoundedCache<string, string> Cache(string name) =>
        new(new() { Name = name, MaxEntries = 2 }, new ManualTimeProvider(), (_, value) => value.Length);
}
