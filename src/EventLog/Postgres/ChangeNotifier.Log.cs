using Microsoft.Extensions.Logging;

namespace PlaybookOperator.EventLog.Postgres;

public sealed partial class ChangeNotifier
{
    [LoggerMessage(3010, LogLevel.Warning, "Changes were not announced; polling will find them.")]
    private partial void LogNotAnnounced(Exception exception);
}
