namespace PlaybookOperator.Operator.Metrics;

public sealed partial class MetricsExporter
{
    [LoggerMessage(EventId = 7001, Level = LogLevel.Warning, Message = "Metric {Metric} is not exported: instruments of type {Type} are not supported")]
    private partial void LogUnsupported(string metric, string type);

    [LoggerMessage(EventId = 7002, Level = LogLevel.Warning, Message = "Metric {Metric} of meter {Meter} is not exported: another instrument has this name with another type")]
    private partial void LogClash(string metric, string meter);

    [LoggerMessage(EventId = 7003, Level = LogLevel.Warning, Message = "An observable instrument failed; its series are missing from this scrape")]
    private partial void LogObservationFailed(Exception failure);
}
