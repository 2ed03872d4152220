using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Metrics;
using PlaybookOperator.Operator.Tests.Support;
using PlaybookOperator.Testing;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Metrics;

public sealed class PrometheusTests
{
    [Fact]
    public async Task A_real_Prometheus_finds_the_hit_ratio_of_the_three_caches()
    {
        var time = new ManualTimeProvider();
        var states = new BoundedCache<ExecutionId, ExecutionState>(StateCache.DefaultCache, time, StateCache.SizeOf);
        var plans = new BoundedCache<string, Plan>(PlanSource.DefaultCache, time);
        var templates = new TemplateCache(time);
        states.Set(new ExecutionId(1), ExecutionState.Initial);
        foreach (var id in new long[] { 1, 1, 1, 2 }) states.TryGet(new ExecutionId(id), out _);
        for (var i = 0; i < 2; i++) Assert.True(templates.TryGet("{{ a }}", TemplateOptions.Default, out _, out _));

        await using var app = await LoopbackApp.StartAsync(services => services.AddMetrics().AddMetricsExporter(), app => app.MapMetrics());
        using var metrics = new CacheMetrics(app.Services.GetRequiredService<IMeterFactory>(), [states, plans, templates.Cache]);
        using var prometheus = new PrometheusServer(app.Client.BaseAddress!);
        var ratios = await prometheus.QueryAsync("playbook_cache_hit_ratio", "cache", 3);
        Assert.Equal((3, 0.75, 0, 0.5), (ratios.Count, ratios["execution_state"], ratios["playbook"], ratios["template"]));
        await Promtool.AssertCleanAsync(await app.Client.GetStringAsync("/metrics"));
    }
}
