using System.Globalization;
using Npgsql;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Tools.Queries;

namespace PlaybookOperator.Tools.Postgres;

/// <summary>
/// The <c>postgres</c> tool: one statement with bound <c>params</c> (a list for <c>$1</c>, a map for <c>@name</c>).
/// More rows than <c>maxRows</c> are cut off: the result then has <c>truncated: true</c> and a warning is counted.
/// </summary>
internal sealed class PostgresTool(ToolInstances instances, TimeProvider time) : ICacheableTool
{
    private const int DefaultMaxRows = 1000;
    private readonly PostgresCall _call = new(instances, time);

    public ValueTask<CallOutcome> CallAsync(CallRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var settings = new SettingsReader(request, context.Secrets);
        var statement = Read(settings);
        if (settings.Error is not null) return new(CallOutcome.Failed(settings.Error));
        return _call.RunAsync(
            settings, context, async (connection, server, token) =>
            {
                try
                {
                    return await QueryAsync(connection, statement.Query, await statement.Parameters.BindAsync(connection, server, statement.Query, token), new(statement.MaxRows, context.MaxResultBytes), token);
                }
                catch (PostgresException)
                {
                    server.Forget(statement.Query);
                    throw;
                }
            },
            cancellationToken,
            number => statement.Parameters.PlaceOf(number, settings));
    }

    public async ValueTask<CacheableCall?> ReadAsync(CallRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var settings = new SettingsReader(request, context.Secrets);
        var statement = Read(settings);
        if (settings.Error is not null || !CachePlan.IsCacheableStatement(statement.Query)) return null;
        var (target, _) = await PostgresCall.TargetAsync(settings, context.Secrets, cancellationToken);
        return target is null ? null : new PostgresRead(QueryKey.Of(
        [
            "postgres",
            target.ConnectionString,
            statement.Query.Trim(),
            statement.MaxRows.ToString(CultureInfo.InvariantCulture),
            .. statement.Parameters.Texts(),
        ]));
    }

    private static (string Query, int MaxRows, StatementParameters Parameters) Read(SettingsReader settings) => (
        StatementParameters.ReadStatement(settings, "query"),
        (int)settings.Integer("maxRows", DefaultMaxRows, 1, ToolSchemas.MostRows),
        StatementParameters.Read(settings));

    private static async Task<CallOutcome> QueryAsync(
        NpgsqlConnection connection, string query, IReadOnlyList<NpgsqlParameter> parameters, RowLimits limits, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(query, connection) { AllResultTypesAreUnknown = true };
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new RowReader(reader, limits);
        try
        {
            await rows.ReadAsync(cancellationToken);
            // Closing reads what is left; the server is told to stop sending it.
            if (rows.IsTruncated) command.Cancel();
        }
        finally
        {
            await CloseAsync(reader, rows.IsTruncated);
        }

        return rows.Error is { } error ? CallOutcome.Failed(error) : CallOutcome.Completed(rows.ToResult()) with { Warnings = rows.IsTruncated ? 1 : 0 };
    }

    private static async ValueTask CloseAsync(NpgsqlDataReader reader, bool wasCancelled)
    {
        try
        {
            await reader.DisposeAsync();
        }
        catch (PostgresException exception) when (wasCancelled && exception.SqlState == PostgresErrorCodes.QueryCanceled)
        {
            // As asked.
        }
    }
}
