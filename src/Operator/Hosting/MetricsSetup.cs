using System.Diagnostics.Metrics;
using System.Reflection;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Operator.Controllers;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Metrics;
using PlaybookOperator.Operator.Reviews;
using PlaybookOperator.Operator.Workers;

namespace PlaybookOperator.Operator.Hosting;

/// <summary>Creates every meter at the start, so that known series are there with 0 from the first scrape on.</summary>
internal static class MetricsSetup
{
    public static void AddOperatorMetrics(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddMetricsExporter();
        services.AddSingleton(provider => new CacheMetrics(provider.GetRequiredService<IMeterFactory>(), provider.GetServices<IBoundedCache>(), provider.GetRequiredService<WorkerMetrics>().Caches));
        services.AddSingleton(provider => new ProcessMetrics(provider.GetRequiredService<IMeterFactory>(), Version));
        services.AddHostedService<CacheSweep>();
    }

    /// <summary>Called after the exporter listens.</summary>
    public static void StartMetrics(this IServiceProvider provider)
    {
        provider.GetRequiredService<CacheMetrics>();
        provider.GetRequiredService<ProcessMetrics>();
        provider.GetRequiredService<ControllerMetrics>();
        provider.GetRequiredService<ExecutionMetrics>();
        provider.GetRequiredService<WorkerMetrics>();
        provider.GetRequiredService<ReviewMetrics>();
        provider.GetRequiredService<EventLog.EventLogMetrics>().StartAtZero();
    }

    /// <summary>Of this program, as built.</summary>
    public static string Version => typeof(MetricsSetup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}

/// <summary>Removes what has expired from all caches once a minute, so that an idle cache does not keep its last entries for ever.</summary>
internal sealed class CacheSweep(IEnumerable<IBoundedCache> caches, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(s_interval, time, stoppingToken);
            foreach (var cache in caches) cache.EvictExpired();
        }
    }
}
