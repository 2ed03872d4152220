using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Testing;
using Xunit;

namespace PlaybookOperator.Core.Tests.Templates;

public sealed class TemplateCacheTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void The_second_use_of_a_text_is_a_hit_and_gives_the_same_template()
    {
        var cache = new TemplateCache(_clock);

        Assert.True(cache.TryGet("{{ a }}", TemplateOptions.Default, out var first, out _));
        Assert.True(cache.TryGet("{{ a }}", new TemplateOptions(), out var second, out _));

        Assert.Same(first, second);
        Assert.Equal((1, 1, 0.5), (cache.Statistics.Hits, cache.Statistics.Misses, cache.Statistics.HitRate));
    }

    [Fact]
    public void Kind_and_options_belong_to_the_key()
    {
        var cache = new TemplateCache(_clock);

        cache.TryGet("{{ a }}", TemplateOptions.Default, out var text, out _);
        cache.TryGetCondition("{{ a }}", TemplateOptions.Default, out var condition, out _);
        cache.TryGet("{{ a }}", new TemplateOptions { MaxDepth = 5 }, out var bounded, out _);

        Assert.NotSame(text, condition);
        Assert.NotSame(text, bounded);
        Assert.Equal(3, cache.Statistics.Size);
    }

    [Fact]
    public void Five_hundred_templates_are_held_and_the_least_recently_used_leave()
    {
        var cache = new TemplateCache(_clock);
        for (var place = 0; place < 1000; place++)
        {
            cache.TryGet($"{{{{ a{place} }}}}", TemplateOptions.Default, out _, out _);
        }

        Assert.Equal((500, 500), (cache.Statistics.Size, cache.Statistics.MaxSize));
        Assert.Equal(500, cache.Statistics.Evictions.Total);
        Assert.Equal("{{ a999 }}", cache.Cache.Entries(0, 1)[0].Key);
    }

    [Fact]
    public void What_does_not_parse_is_remembered_as_such()
    {
        var cache = new TemplateCache(_clock);

        Assert.False(cache.TryGet("{{ a", TemplateOptions.Default, out _, out var first));
        Assert.False(cache.TryGet("{{ a", TemplateOptions.Default, out _, out var second));

        Assert.Same(first, second);
        Assert.Equal(1, cache.Statistics.Hits);
    }

    [Fact]
    public void Every_hundred_misses_are_reported_with_the_statistics()
    {
        var reports = new List<CacheStatistics>();
        var cache = new TemplateCache(_clock, TemplateCache.DefaultBounds with { MaxEntries = 10 }, reports.Add);
        for (var place = 0; place < 250; place++)
        {
            cache.TryGet($"text {place}", TemplateOptions.Default, out _, out _);
        }

        Assert.Equal([100L, 200L], reports.Select(report => report.Misses));
    }

    [Fact]
    public void Evaluations_of_a_template_that_is_held_are_hits()
    {
        var cache = new TemplateCache(_clock);
        var context = new EvaluationContext();
        Assert.True(cache.TryGet("{{ 1 + 1 }}", TemplateOptions.Default, out var template, out _));
        Assert.True(cache.TryGet("plain", TemplateOptions.Default, out var plain, out _));
        for (var turn = 0; turn < 98; turn++)
        {
            Assert.True(template.TryEvaluate(new Variables(), context, out _, out _));
            Assert.True(plain.TryEvaluate(new Variables(), context, out _, out _));
        }

        cache.CountUses(context.Evaluations);
        Assert.Equal((98, 2, 0.98), (cache.Statistics.Hits, cache.Statistics.Misses, cache.Statistics.HitRate));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.CountUses(-1));
    }

    [Fact]
    public async Task Callers_that_miss_at_once_share_one_template()
    {
        var cache = new TemplateCache(_clock);
        using var start = new ManualResetEventSlim();
        var callers = Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.Wait();
                Assert.True(cache.TryGet("{{ shared }}", TemplateOptions.Default, out var template, out TemplateError? _));
                return template;
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)).ToArray();
        start.Set();

        var templates = await Task.WhenAll(callers);

        Assert.Single(templates.Distinct());
    }
}
