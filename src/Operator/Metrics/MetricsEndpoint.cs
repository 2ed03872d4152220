using Microsoft.Extensions.Options;

namespace PlaybookOperator.Operator.Metrics;

/// <summary>Wiring of the exporter.</summary>
public static class MetricsEndpoint
{
    /// <summary>Adds the exporter as a singleton with its options. Create it before the first measurement that must not be missed.</summary>
    public static IServiceCollection AddMetricsExporter(this IServiceCollection services)
    {
        services.AddOptions<MetricsOptions>();
        return services.AddSingleton(provider => new MetricsExporter(
            provider.GetRequiredService<IOptions<MetricsOptions>>().Value,
            provider.GetRequiredService<ILogger<MetricsExporter>>()));
    }

    /// <summary>Serves the metrics at <c>/metrics</c>. The exporter begins to listen here.</summary>
    public static IEndpointConventionBuilder MapMetrics(this IEndpointRouteBuilder routes)
    {
        var exporter = routes.ServiceProvider.GetRequiredService<MetricsExporter>();
        return routes.MapGet("/metrics", context => ServeAsync(exporter, context));
    }

    private static async Task ServeAsync(MetricsExporter exporter, HttpContext context)
    {
        var format = MetricsFormats.Negotiate(context.Request.Headers.Accept);
        context.Response.ContentType = format.ContentType();
        context.Response.Headers.Vary = "Accept";
        exporter.Write(context.Response.BodyWriter, format);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }
}
