using System.Text.Json;
using Npgsql;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Pools;
using PlaybookOperator.EventLog.Writing;

namespace PlaybookOperator.EventLog.Postgres;

public sealed partial class PostgresEventLog
{
    public ValueTask<IReadOnlyList<ExecutionHeader>> ListAsync(ExecutionQuery query, CancellationToken cancellationToken)
    {
        var parameters = new List<NpgsqlParameter> { Parameters.Of(query.Before?.Value ?? long.MaxValue), Parameters.Of((long)Arguments.Limit(query.Limit)) };
        var conditions = "";
        foreach (var (column, value) in new[] { ("namespace", query.Namespace), ("name", query.Name), ("playbook", query.Playbook), ("phase", query.Phase?.ToString()) })
        {
            if (value is null) continue;
            parameters.Add(Parameters.Of(value));
            conditions += $" AND x.{column} = ${parameters.Count}";
        }

        return AllAsync(Sql.Executions.Replace("{conditions}", conditions, StringComparison.Ordinal), [.. parameters], HeaderColumns.ReadWithProgress, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<IterationRow>> ListIterationsAsync(
        ExecutionId id, long runId, IterationQuery query, CancellationToken cancellationToken)
    {
        if (query.Key is { } key)
        {
            var found = await AllAsync(
                Sql.ElementIndex, [Parameters.Of(id.Value), Parameters.Of(runId), Parameters.Of(key)], static row => row.GetInt64(0), cancellationToken).ConfigureAwait(false);
            if (found.Count == 0 || found[0] < query.FromIndex) return [];
            var one = await ListIterationsAsync(id, runId, query with { Key = null, FromIndex = found[0], Limit = 1 }, cancellationToken).ConfigureAwait(false);
            return [.. one.Where(row => row.Index == found[0])];
        }

        var ledger = await FirstAsync(Sql.Ledger, [Parameters.Of(id.Value), Parameters.Of(runId)], ReadLedger, cancellationToken).ConfigureAwait(false);
        var parameters = new List<NpgsqlParameter>
        {
            Parameters.Of(id.Value), Parameters.Of(runId), Parameters.Of(query.FromIndex), Parameters.Of((long)Arguments.Limit(query.Limit)),
        };
        var onlyFailed = query.Status == IterationStatus.Failed;
        if (!onlyFailed) parameters.Add(Parameters.Of(query.Status?.ToString().ToUpperInvariant()));
        var rows = await AllAsync(onlyFailed ? Sql.FailedIterations : Sql.Iterations, [.. parameters], ReadIteration, cancellationToken).ConfigureAwait(false);
        return IterationRows.Merge(rows, ledger, query);
    }

    private static PoolLedger ReadLedger(NpgsqlDataReader row) => JsonSerializer.Deserialize(row.GetString(0), PoolJson.Default.PoolLedger)!;

    private static IterationRow ReadIteration(NpgsqlDataReader row) => new(row.GetInt64(0), Enum.Parse<IterationStatus>(row.GetString(1), ignoreCase: true))
    {
        Attempt = row.IsDBNull(2) ? null : row.GetInt32(2),
        DurationMs = row.IsDBNull(3) ? null : row.GetDouble(3),
        Error = row.IsDBNull(4) ? null : row.GetString(4),
        Result = row.IsDBNull(5) ? null : JsonColumn.Read(row.GetString(5)),
        EndedAt = row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6),
        Size = row.IsDBNull(7) ? null : row.GetInt64(7),
        CarriedFrom = row.IsDBNull(8) ? null : new ExecutionId(row.GetInt64(8)),
        Key = row.IsDBNull(9) ? null : row.GetString(9),
    };
}
