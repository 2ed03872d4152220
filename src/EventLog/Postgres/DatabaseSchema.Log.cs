using Microsoft.Extensions.Logging;

namespace PlaybookOperator.EventLog.Postgres;

public sealed partial class DatabaseSchema
{
    [LoggerMessage(3000, LogLevel.Information, "Applied the database migration {Migration}.")]
    private partial void LogMigrated(string migration);

    [LoggerMessage(3001, LogLevel.Warning, "The partition {Partition} was not made (SQLSTATE {SqlState}); its rows go to the default partition.")]
    private partial void LogPartitionPostponed(string partition, string sqlState);
}
