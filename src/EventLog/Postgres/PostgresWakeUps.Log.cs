using Microsoft.Extensions.Logging;

namespace PlaybookOperator.EventLog.Postgres;

public sealed partial class PostgresWakeUps
{
    [LoggerMessage(3020, LogLevel.Warning, "The connection for wake-ups is lost; trying again with backoff.")]
    private partial void LogConnectionLost(Exception exception);

    [LoggerMessage(3021, LogLevel.Information, "Wake-ups are received again; every open execution was woken once.")]
    private partial void LogListeningAgain();

    [LoggerMessage(3022, LogLevel.Debug, "Open executions could not be looked through.")]
    private partial void LogPollFailed(Exception exception);
}
