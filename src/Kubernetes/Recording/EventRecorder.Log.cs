using Microsoft.Extensions.Logging;

namespace PlaybookOperator.Kubernetes.Recording;

internal static partial class EventRecorderLog
{
    [LoggerMessage(2201, LogLevel.Debug, "An event ({Reason}) was not written: {Failure}")]
    public static partial void NotWritten(this ILogger logger, string reason, string failure);
}
