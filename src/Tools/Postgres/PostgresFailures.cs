using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Npgsql;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Postgres;

/// <summary>Says what went wrong with a database.</summary>
internal static class PostgresFailures
{
    private const string ParameterMark = "parameter $";

    /// <summary>
    /// Whether the rule for errors without <c>when</c> retries: connection, resources, operator intervention, and rollback of a transaction. A statement that
    /// does not fit its parameters is told in the class of the connection, and is wrong every time.
    /// </summary>
    public static bool IsRetryable(string sqlState) =>
        sqlState.Length == 5 && sqlState[..2] is "08" or "40" or "53" or "57" && sqlState != PostgresErrorCodes.ProtocolViolation;

    public static bool Recognises(Exception exception) =>
        exception is NpgsqlException or SocketException or IOException or TimeoutException or AuthenticationException
            or InvalidOperationException or NotSupportedException or ArgumentException or FormatException or InvalidCastException;

    /// <param name="exception">What was thrown.</param>
    /// <param name="placeOf">What a parameter of the statement, from 1, was made of, such as <c>sink.data[2].amount</c>; null when that is not known.</param>
    public static WorkError Describe(Exception exception, Func<int, string?>? placeOf = null) => exception switch
    {
        PostgresException server => Describe(server, placeOf),
        // The pool is empty, or it was closed under our hands: another attempt may find it well.
        ObjectDisposedException => Network("the connection was closed"),
        NotSupportedException when exception.Message.Contains("COPY", StringComparison.OrdinalIgnoreCase) => new(
            WorkErrorKind.Configuration,
            "COPY from or to the client is not supported here; use INSERT or SELECT, a sink of rows, or psql in a step of the tool shell."),
        InvalidOperationException or NotSupportedException or ArgumentException or FormatException or InvalidCastException =>
            new(WorkErrorKind.Configuration, $"The statement cannot be sent: {exception.Message.TrimEnd('.')}."),
        _ when IsOfConnection(exception) => Network(Innermost(exception)),
        // What the client refuses, such as a server without TLS or a user without password: it stays so.
        _ => new(WorkErrorKind.Configuration, $"The database cannot be used in this way: {Innermost(exception).TrimEnd('.')}."),
    };

    private static WorkError Describe(PostgresException server, Func<int, string?>? placeOf)
    {
        var text = new StringBuilder(server.MessageText.TrimEnd('.')).Append(CultureInfo.InvariantCulture, $" (SQLSTATE {server.SqlState})");
        if (ParameterOf(server) is { } number && placeOf?.Invoke(number) is { } place) text.Append(" in ").Append(place);
        text.Append('.');
        foreach (var more in (string?[])[server.Detail, server.Hint])
            if (!string.IsNullOrWhiteSpace(more)) text.Append(' ').Append(more.TrimEnd('.')).Append('.');
        return new(WorkErrorKind.Sql, text.ToString(), Code: server.SqlState, Retryable: IsRetryable(server.SqlState));
    }

    /// <summary>The parameter that the server could not read, from 1; null when it does not say, as before version 14.</summary>
    private static int? ParameterOf(PostgresException server)
    {
        var at = server.Where?.IndexOf(ParameterMark, StringComparison.Ordinal) ?? -1;
        if (at < 0) return null;
        var digits = server.Where![(at + ParameterMark.Length)..];
        var length = digits.TakeWhile(char.IsAsciiDigit).Count();
        return int.TryParse(digits.AsSpan(0, length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>The network, or a server that is not up: not what the client itself will not do.</summary>
    private static bool IsOfConnection(Exception exception)
    {
        if (exception is NpgsqlException { IsTransient: true }) return true;
        for (var cause = exception; cause is not null; cause = cause.InnerException)
            if (cause is SocketException or IOException or TimeoutException) return true;
        return false;
    }

    private static string Innermost(Exception exception) => exception.GetBaseException().Message;

    private static WorkError Network(string reason) =>
        new(WorkErrorKind.Network, $"The database cannot be reached: {reason.TrimEnd('.')}.", Code: "08001", Retryable: true);
}
