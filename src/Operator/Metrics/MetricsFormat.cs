using Microsoft.Net.Http.Headers;

namespace PlaybookOperator.Operator.Metrics;

/// <summary>The two texts that Prometheus reads.</summary>
public enum MetricsFormat
{
    /// <summary>Prometheus text 0.0.4: what a browser or curl gets.</summary>
    Classic,

    /// <summary>OpenMetrics 1.0: units, and an end mark that tells a cut answer from a whole one.</summary>
    OpenMetrics,
}

/// <summary>Content negotiation between the two.</summary>
public static class MetricsFormats
{
    public static string ContentType(this MetricsFormat format) => format == MetricsFormat.OpenMetrics
        ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
        : "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>OpenMetrics where the client names it and likes it at least as well as plain text; unreadable headers mean classic.</summary>
    public static MetricsFormat Negotiate(IList<string?> accept)
    {
        if (!MediaTypeHeaderValue.TryParseList(accept!, out var wanted)) return MetricsFormat.Classic;
        double openMetrics = 0, classic = 0;
        foreach (var type in wanted)
        {
            if (type.MediaType.Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase))
                openMetrics = Math.Max(openMetrics, IsServed(type) ? type.Quality ?? 1 : 0);
            if (type.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase)) classic = Math.Max(classic, type.Quality ?? 1);
        }

        return openMetrics > 0 && openMetrics >= classic ? MetricsFormat.OpenMetrics : MetricsFormat.Classic;
    }

    private static bool IsServed(MediaTypeHeaderValue type)
    {
        foreach (var parameter in type.Parameters)
            if (parameter.Name.Equals("version", StringComparison.OrdinalIgnoreCase)) return parameter.GetUnescapedValue().Value is "1.0.0" or "0.0.1";
        return true;
    }
}
