using System.Net.Sockets;
using Npgsql;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>Tells what is wrong with the database, in a sentence, from types and SQLSTATEs; never from the text of a message.</summary>
internal static class DatabaseErrors
{
    /// <summary>One sentence when <paramref name="exception"/> means that the database cannot be reached or used now; null for every other exception.</summary>
    public static string? Describe(Exception exception) => exception switch
    {
        PostgresException refused => Describe(refused),
        NpgsqlException { InnerException: TimeoutException } => "The database did not answer in time, or all connections were in use.",
        NpgsqlException { InnerException: SocketException socket } => Describe(socket),
        NpgsqlException { InnerException: IOException } => "The connection to the database was lost.",
        NpgsqlException => "The database cannot be used: its connection broke or was refused.",
        SocketException socket => Describe(socket),
        TimeoutException => "The database did not answer in time.",
        IOException => "The connection to the database was lost.",
        _ => null,
    };

    /// <summary>A second row where an index allows one: the batch contradicts what the log holds already.</summary>
    public static bool IsSecondEnd(PostgresException exception) =>
        exception.SqlState == PostgresErrorCodes.UniqueViolation && exception.TableName?.StartsWith("event", StringComparison.Ordinal) == true;

    private static string Describe(SocketException socket) => socket.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "The database refuses connections: no server listens at that address.",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "The database's host name cannot be resolved.",
        SocketError.TimedOut => "The database did not answer in time.",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "The database's host cannot be reached from here.",
        _ => "The database cannot be reached.",
    };

    private static string? Describe(PostgresException refused) => refused.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            "The database refuses the user or the password.",
        PostgresErrorCodes.InvalidCatalogName => "The database named in the connection string does not exist.",
        PostgresErrorCodes.TooManyConnections => "The database has no connection left.",
        PostgresErrorCodes.InsufficientPrivilege => "The database user lacks a right that the event log needs.",
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn => "The database lacks the event log's schema: its migrations have not run.",
        PostgresErrorCodes.ReadOnlySqlTransaction => "The database is read-only: this server is a standby.",
        PostgresErrorCodes.QueryCanceled => "The database stopped a statement that took too long.",
        PostgresErrorCodes.LockNotAvailable => "The database could not lock a row or table in time.",
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected => "The database asks for the transaction to be tried again.",
        PostgresErrorCodes.DiskFull => "The database's disk is full.",
        PostgresErrorCodes.CannotConnectNow => "The database is starting up or shutting down.",
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown => "The database closed the connection: it is going down or restarting.",
        "25P03" => "The database closed a transaction that stood still for too long.",
        { Length: 5 } state when state.StartsWith("08", StringComparison.Ordinal) => "The connection to the database was lost.",
        { Length: 5 } state when state.StartsWith("53", StringComparison.Ordinal) => "The database has run out of a resource.",
        { Length: 5 } state when state.StartsWith("57", StringComparison.Ordinal) => "The database closed the connection.",
        { Length: 5 } state when state.StartsWith("58", StringComparison.Ordinal) => "The database's server has an error of its own.",
        _ => null,
    };
}
