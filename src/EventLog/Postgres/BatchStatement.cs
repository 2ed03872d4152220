using Npgsql;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.EventLog.Postgres;

internal static class BatchStatement
{
    /// <summary>A statement about one execution, whose id is $1.</summary>
    public static NpgsqlBatchCommand For(string sql, ExecutionId id, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Add(Parameters.Of(id.Value));
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return command;
    }

    public static NpgsqlBatch On(NpgsqlConnection connection, IEnumerable<NpgsqlBatchCommand> statements)
    {
        var batch = new NpgsqlBatch(connection);
        foreach (var statement in statements) batch.BatchCommands.Add(statement);
        return batch;
    }

    /// <summary>Reads on to the end: errors of statements without rows come only then.</summary>
    public static async ValueTask DrainAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        bool more;
        do more = await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (more);
    }
}
