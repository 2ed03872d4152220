using System.Diagnostics.Metrics;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Operator.Metrics;
using PlaybookOperator.Testing;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Metrics;

public sealed class MetricsEndpointTests
{
    [Fact]
    public async Task The_endpoint_serves_both_formats_and_promtool_accepts_the_classic_one()
    {
        await using var app = await StartAsync();
        using var meters = new CacheMetrics(app.Services.GetRequiredService<IMeterFactory>(), [SomeCache()]);
        using var process = new ProcessMetrics(app.Services.GetRequiredService<IMeterFactory>(), "1.2.3");
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };

        using var classic = await client.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", classic.Content.Headers.ContentType?.ToString());
        var text = await classic.Content.ReadAsStringAsync();
        Assert.Contains("playbook_build_info{version=\"1.2.3\"} 1\n", text, StringComparison.Ordinal);
        await Promtool.AssertCleanAsync(text);

        client.DefaultRequestHeaders.Accept.Add(MediaTypeWithQualityHeaderValue.Parse("application/openmetrics-text; version=1.0.0"));
        using var open = await client.GetAsync("/metrics");
        Assert.Equal("application/openmetrics-text; version=1.0.0; charset=utf-8", open.Content.Headers.ContentType?.ToString());
        Assert.EndsWith("\n# EOF\n", await open.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static BoundedCache<string, string> SomeCache()
    {
        var cache = new BoundedCache<string, string>(new() { Name = "template" }, new ManualTimeProvider());
        cache.GetOrAdd("a", key => key);
        return cache;
    }

    private static async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddMetrics();
        builder.Services.AddMetricsExporter();
        var app = builder.Build();
        app.MapMetrics();
        await app.StartAsync();
        return app;
    }
}
