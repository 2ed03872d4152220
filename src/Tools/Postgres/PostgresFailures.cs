using System.Net.Sockets;
using Npgsql;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Postgres;

/// <summary>Says what went wrong with a database.</summary>
internal static class PostgresFailures
{
    /// <summary>Whether the rule for errors without <c>when</c> retries: connection, resources, operator intervention, and rollback of a transaction.</summary>
    public static bool IsRetryable(string sqlState) => sqlState.Length == 5 && sqlState[..2] is "08" or "40" or "53" or "57";

    public static bool Recognises(Exception exception) =>
        exception is NpgsqlException or SocketException or IOException or TimeoutException or ObjectDisposedException or InvalidOperationException;

    public static WorkError Describe(Exception exception) => exception switch
    {
        PostgresException server => new(
            WorkErrorKind.Sql, $"{server.MessageText.TrimEnd('.')} (SQLSTATE {server.SqlState}).", Code: server.SqlState, Retryable: IsRetryable(server.SqlState)),
        // The pool is empty, or it was closed under our hands: another attempt may find it well.
        ObjectDisposedException => Network("the connection was closed"),
        InvalidOperationException => new(WorkErrorKind.Sql, $"The statement cannot be sent: {exception.Message}"),
        _ => Network(exception.GetBaseException().Message),
    };

    private static WorkError Network(string reason) =>
        new(WorkErrorKind.Network, $"The database cannot be reached: {reason.TrimEnd('.')}.", Code: "08001", Retryable: true);
}
