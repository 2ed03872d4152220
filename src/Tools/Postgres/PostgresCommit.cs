using System.Globalization;
using Npgsql;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Postgres;

/// <summary>
/// Commits so that another process can find out afterwards whether it happened: the server itself remembers the fate of a transaction by its id,
/// no table of ours is needed in somebody else's database.
/// </summary>
internal static class PostgresCommit
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Null when it is committed, or when there was no transaction to commit.</summary>
    public static async Task<CallOutcome?> RunAsync(NpgsqlTransaction? transaction, CallContext context, CancellationToken cancellationToken)
    {
        if (transaction is null) return null;
        if (context.BeforeCommit is { } ask)
        {
            await using var name = new NpgsqlCommand("SELECT txid_current()", transaction.Connection, transaction);
            var id = (long)(await name.ExecuteScalarAsync(cancellationToken))!;
            if (!await ask(id.ToString(CultureInfo.InvariantCulture), cancellationToken))
            {
                await transaction.RollbackAsync(cancellationToken);
                return CallOutcome.Failed(new(WorkErrorKind.Sink, "The work has been handed to another delivery; nothing was written."));
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return null;
    }

    /// <summary>True when the transaction was committed; false when it was not, or happened so long ago that the server has forgotten it.</summary>
    public static async Task<CallOutcome> AskAsync(NpgsqlConnection connection, string transaction, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!long.TryParse(transaction, NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return CallOutcome.Completed(Value.From(false));
        var started = time.GetTimestamp();
        while (true)
        {
            var status = await StatusAsync(connection, id, cancellationToken);
            if (status != "in progress") return CallOutcome.Completed(Value.From(status == "committed"));
            // The former worker is dead, or still about to ask: the server notices the one, the log refuses the other.
            if (time.GetElapsedTime(started) > s_patience)
                return CallOutcome.Failed(new(WorkErrorKind.Sink, "The transaction of a former delivery is still open.", Retryable: true));
            await Task.Delay(s_pause, time, cancellationToken);
        }
    }

    private static async Task<string?> StatusAsync(NpgsqlConnection connection, long id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT txid_status($1)", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
        try
        {
            return await command.ExecuteScalarAsync(cancellationToken) as string;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidParameterValue)
        {
            // An id of the future: this is another server than the one that was written to.
            return null;
        }
    }
}
