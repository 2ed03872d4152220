using Npgsql;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Tools.Postgres;

/// <summary>
/// The <c>postgres</c> sink: rows of <c>data</c> into <c>table</c> by <c>mode</c>, or a <c>statement</c> with <c>params</c>.
/// All of one call is one transaction.
/// </summary>
internal sealed class PostgresSink(ToolInstances instances, TimeProvider time) : ITransactionalSink
{
    private readonly PostgresCall _call = new(instances, time);

    public ValueTask<CallOutcome> CallAsync(CallRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var settings = new SettingsReader(request, context.Secrets);
        return settings.Has("statement")
            ? ExecuteAsync(settings, context, cancellationToken)
            : WriteAsync(settings, context, cancellationToken);
    }

    private ValueTask<CallOutcome> ExecuteAsync(SettingsReader settings, CallContext context, CancellationToken cancellationToken)
    {
        var statement = StatementParameters.ReadStatement(settings, "statement");
        var parameters = StatementParameters.Read(settings);
        if (settings.Error is not null) return new(CallOutcome.Failed(settings.Error));
        return _call.RunAsync(settings, context, async (connection, server, token) =>
        {
            var bound = await parameters.BindAsync(connection, server, statement, token);
            await using var transaction = context.BeforeCommit is null ? null : await connection.BeginTransactionAsync(token);
            await using var command = new NpgsqlCommand(statement, connection, transaction);
            foreach (var parameter in bound) command.Parameters.Add(parameter);
            try
            {
                var changed = await command.ExecuteNonQueryAsync(token);
                return await PostgresCommit.RunAsync(transaction, context, token) ?? Done(changed);
            }
            catch (PostgresException)
            {
                server.Forget(statement);
                throw;
            }
        }, cancellationToken, number => parameters.PlaceOf(number, settings));
    }

    public ValueTask<CallOutcome> WasCommittedAsync(CallRequest request, CallContext context, string transaction, CancellationToken cancellationToken) =>
        _call.RunAsync(
            new SettingsReader(request, context.Secrets),
            context,
            (connection, _, token) => PostgresCommit.AskAsync(connection, transaction, time, token),
            cancellationToken);

    private ValueTask<CallOutcome> WriteAsync(SettingsReader settings, CallContext context, CancellationToken cancellationToken)
    {
        var write = TableWrite.Read(settings);
        if (write is null) return new(CallOutcome.Failed(settings.Error!));
        BoundStatement? current = null;
        return _call.RunAsync(settings, context, async (connection, server, token) =>
        {
            if (write.Rows.Count == 0) return Done(0);
            var columns = await server.ColumnsAsync(connection, write.Table, token);
            var (statements, error) = TableStatements.Build(write, columns);
            if (error is not null)
            {
                // The table may have been made or changed since we looked.
                server.Forget(write.Table);
                return CallOutcome.Failed(error);
            }

            try
            {
                return await RunAllAsync(connection, statements, statement => current = statement, context, token);
            }
            catch (PostgresException)
            {
                server.Forget(write.Table);
                throw;
            }
        }, cancellationToken, number => number >= 1 && number <= current?.Values.Count ? settings.Path(current.Values[number - 1].Place) : null);
    }

    private static async Task<CallOutcome> RunAllAsync(
        NpgsqlConnection connection, IReadOnlyList<BoundStatement> statements, Action<BoundStatement> begin, CallContext context, CancellationToken cancellationToken)
    {
        var changed = 0;
        await using var transaction = statements.Count > 1 || context.BeforeCommit is not null ? await connection.BeginTransactionAsync(cancellationToken) : null;
        foreach (var statement in statements)
        {
            begin(statement);
            await using var command = new NpgsqlCommand(statement.Text, connection, transaction);
            foreach (var value in statement.Values) command.Parameters.Add(BoundText.Parameter(value.Text));
            changed += await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return await PostgresCommit.RunAsync(transaction, context, cancellationToken) ?? Done(changed);
    }

    private static CallOutcome Done(int rows) => CallOutcome.Completed(Value.Map([new("row_count", Value.From((long)Math.Max(rows, 0)))]));
}
