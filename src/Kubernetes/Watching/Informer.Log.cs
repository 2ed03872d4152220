using Microsoft.Extensions.Logging;

namespace PlaybookOperator.Kubernetes.Watching;

internal static partial class InformerLog
{
    [LoggerMessage(2001, LogLevel.Information, "Know all {Count} objects of kind {Kind}.")]
    public static partial void Synced(this ILogger logger, string kind, int count);

    [LoggerMessage(2002, LogLevel.Warning, "Cannot follow objects of kind {Kind} and go on trying: {Reason}")]
    public static partial void Troubled(this ILogger logger, string kind, string reason);

    [LoggerMessage(2003, LogLevel.Debug, "Still cannot follow objects of kind {Kind}: {Reason} Next attempt in {Delay}.")]
    public static partial void StillTroubled(this ILogger logger, string kind, string reason, TimeSpan delay);

    [LoggerMessage(2004, LogLevel.Information, "Follow objects of kind {Kind} again.")]
    public static partial void Recovered(this ILogger logger, string kind);

    [LoggerMessage(2005, LogLevel.Information, "List objects of kind {Kind} anew: the server no longer keeps the version seen last.")]
    public static partial void Expired(this ILogger logger, string kind);

    [LoggerMessage(2006, LogLevel.Warning, "Skip {Kind} {Name} as of version {Version}: {Reason}")]
    public static partial void Skipped(this ILogger logger, string kind, string name, string version, string reason);

    [LoggerMessage(2007, LogLevel.Error, "A handler failed on {Kind} {Name}.")]
    public static partial void HandlerFailed(this ILogger logger, Exception exception, string kind, string name);

    [LoggerMessage(2008, LogLevel.Debug, "The server cut the watch of kind {Kind}: {Reason}")]
    public static partial void Cut(this ILogger logger, string kind, string reason);

    [LoggerMessage(2009, LogLevel.Warning, "List objects of kind {Kind} anew: the watch failed twice after version {Version}: {Reason}")]
    public static partial void Stuck(this ILogger logger, string kind, string version, string reason);
}
