using Microsoft.Extensions.Logging;

namespace PlaybookOperator.Kubernetes.Election;

internal static partial class LeaderElectorLog
{
    [LoggerMessage(2101, LogLevel.Information, "{Identity} leads: it holds the lease {Lease}.")]
    public static partial void Leads(this ILogger logger, string identity, string lease);

    [LoggerMessage(2102, LogLevel.Information, "{Identity} stands by: {Holder} holds the lease {Lease}.")]
    public static partial void StandsBy(this ILogger logger, string identity, string holder, string lease);

    [LoggerMessage(2103, LogLevel.Warning, "Cannot reach the lease {Lease}: {Reason}")]
    public static partial void Unreachable(this ILogger logger, string lease, string reason);

    [LoggerMessage(2104, LogLevel.Information, "{Identity} has released the lease {Lease}.")]
    public static partial void Released(this ILogger logger, string identity, string lease);

    [LoggerMessage(2105, LogLevel.Warning, "The lease {Lease} was not released and will expire: {Reason}")]
    public static partial void NotReleased(this ILogger logger, string lease, string reason);

    [LoggerMessage(2106, LogLevel.Error, "The work of the former leader did not stop within {Limit}.")]
    public static partial void DidNotStop(this ILogger logger, TimeSpan limit);

    [LoggerMessage(2107, LogLevel.Error, "The work of the former leader failed while it stopped.")]
    public static partial void FailedWhileStopping(this ILogger logger, Exception exception);

    [LoggerMessage(2108, LogLevel.Warning, "Not ready, and leading on: {Reason}.")]
    public static partial void LeadsOn(this ILogger logger, string reason);

    [LoggerMessage(2109, LogLevel.Error, "{Identity} gives up the lease {Lease}: {Reason}.")]
    public static partial void Resigns(this ILogger logger, string identity, string lease, string reason);

    [LoggerMessage(2110, LogLevel.Warning, "Cannot tell the other replicas, or hear, who is ready: {Reason}")]
    public static partial void BoardUnreachable(this ILogger logger, string reason);
}
