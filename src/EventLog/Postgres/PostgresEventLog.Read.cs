using System.Text.Json;
using Npgsql;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Statistics;
using PlaybookOperator.EventLog.Writing;

namespace PlaybookOperator.EventLog.Postgres;

public sealed partial class PostgresEventLog
{
    public ValueTask<ExecutionSnapshot?> ReadAsync(ExecutionId id, long sinceEventId, CancellationToken cancellationToken) =>
        FirstAsync(Sql.Snapshot, [Parameters.Of(id.Value), Parameters.Of(sinceEventId)], SnapshotColumns.Read, cancellationToken);

    public ValueTask<ExecutionHeader?> ReadHeaderAsync(ExecutionId id, CancellationToken cancellationToken) =>
        FirstAsync(Sql.Header, [Parameters.Of(id.Value)], HeaderColumns.Read, cancellationToken);

    public ValueTask<ExecutionHeader?> FindAsync(string clusterUid, string uid, CancellationToken cancellationToken) =>
        FirstAsync(Sql.HeaderByUid, [Parameters.Of(clusterUid), Parameters.Of(uid)], HeaderColumns.Read, cancellationToken);

    public ValueTask<JobRecordMatch?> FindJobAsync(string jobUid, CancellationToken cancellationToken) =>
        FirstAsync(
            Sql.Job,
            [Parameters.Of(jobUid)],
            static row => new JobRecordMatch(new ExecutionId(row.GetInt64(0)), new WorkKey(row.GetInt64(1), row.GetInt64(2)), row.GetInt32(3)),
            cancellationToken);

    public async ValueTask<EventPage> PageAsync(ExecutionId id, EventQuery query, CancellationToken cancellationToken)
    {
        Arguments.Check(query);
        var page = await FirstAsync(
            Statement(query),
            [.. PageParameters(id, query)],
            static row => new EventPage(EventColumns.Read(row, 1), row.GetInt64(0)),
            cancellationToken).ConfigureAwait(false);
        return page ?? new EventPage([], TotalEvents: 0);
    }

    public ValueTask<IReadOnlyList<IterationOutcome>> ReadResultsAsync(
        ExecutionId id, long runId, long fromIndex, int limit, CancellationToken cancellationToken) =>
        AllAsync(
            Sql.Outcomes,
            [Parameters.Of(id.Value), Parameters.Of(runId), Parameters.Of(fromIndex), Parameters.Of((long)Arguments.Limit(limit))],
            ReadOutcome,
            cancellationToken);

    public async ValueTask<LoopAggregates?> ReadAggregatesAsync(ExecutionId id, long runId, CancellationToken cancellationToken)
    {
        var rows = await AllAsync(Sql.Aggregates, [Parameters.Of(id.Value), Parameters.Of(runId)], ReadAggregate, cancellationToken).ConfigureAwait(false);
        if (rows.FirstOrDefault(row => row.Book is not null) is not { Book: { } book } head) return null;
        var samples = book.Columns.Select(_ => new Reservoir(book.Samples)).ToArray();
        foreach (var row in rows.Where(row => row.Book is null)) samples[row.Sample.Column].Offer(row.Sample.Sample);
        return new LoopAggregates(head.Done, [.. book.Columns.Select((column, i) => new AggregateSummary(column.Name, column.Stats, samples[i]))]);
    }

    private static (AggregateBook? Book, long Done, SampleRow Sample) ReadAggregate(NpgsqlDataReader row) => row.IsDBNull(1)
        ? (null, 0, new SampleRow(row.GetInt16(2), new Sample(AggregateStatements.ToLot(row.GetInt64(3)), row.GetDouble(4))))
        : (AggregateStatements.Read(row.GetString(1)), row.GetInt64(0), default);

    public ValueTask<IReadOnlyList<FormerIteration>> ReadSucceededAsync(
        ExecutionId id, LoopName loop, long fromIndex, int limit, CancellationToken cancellationToken) =>
        AllAsync(
            Sql.Succeeded,
            [
                Parameters.Of(id.Value), Parameters.Of(loop.Step), Parameters.Of(loop.Epoch), Parameters.Of(fromIndex),
                Parameters.Of((long)Arguments.Limit(limit)),
            ],
            static row => new FormerIteration(
                row.GetInt64(0),
                row.IsDBNull(1) ? null : row.GetString(1),
                row.IsDBNull(2) ? null : row.GetInt32(2),
                new ResultOrigin(new ExecutionId(row.GetInt64(3)), new WorkKey(row.GetInt64(4), row.GetInt64(5)))),
            cancellationToken);

    public async ValueTask<JsonElement?> ReadResultAsync(ExecutionId id, WorkKey key, CancellationToken cancellationToken) =>
        Json(await FirstAsync(
            Sql.Result,
            [Parameters.Of(id.Value), Parameters.Of(key.RunId), Parameters.Of(key.Index)],
            static row => row.GetString(0),
            cancellationToken).ConfigureAwait(false));

    public async ValueTask<JsonElement?> ReadElementAsync(ExecutionId id, WorkKey key, int? size, CancellationToken cancellationToken) =>
        Json(await FirstAsync(
            Sql.Element,
            [Parameters.Of(id.Value), Parameters.Of(key.RunId), Parameters.Of(key.Index), Parameters.Of((long?)size)],
            static row => row.GetString(0),
            cancellationToken).ConfigureAwait(false));

    public async ValueTask<JsonElement?> ReadPlaybookAsync(string digest, CancellationToken cancellationToken) =>
        Json(await FirstAsync(Sql.Playbook, [Parameters.Of(digest)], static row => row.GetString(0), cancellationToken).ConfigureAwait(false));

    public ValueTask<IReadOnlyList<ExecutionHeader>> ListOpenAsync(ExecutionId after, int limit, CancellationToken cancellationToken) =>
        AllAsync(Sql.OpenExecutions, [Parameters.Of(after.Value), Parameters.Of((long)Arguments.Limit(limit))], HeaderColumns.Read, cancellationToken);

    public ValueTask<IReadOnlyList<ExecutionHeader>> ListChildrenAsync(IReadOnlyList<ExecutionId> parents, int limit, CancellationToken cancellationToken) =>
        AllAsync(
            Sql.Children,
            [Parameters.Of(parents.Select(parent => parent.Value).ToArray()), Parameters.Of((long)Arguments.Limit(limit))],
            HeaderColumns.Read,
            cancellationToken);

    /// <summary>The statement of a page; they differ in how a page becomes a range of an index.</summary>
    internal static string Statement(EventQuery query) => (query.Type, query.SinceEventId) switch
    {
        (null, null) => Sql.PageNewest,
        (null, _) => Sql.PageSince,
        (_, null) => Sql.PageNewestOfType,
        _ => Sql.PageSinceOfType,
    };

    /// <summary>$1 the execution, $2 the page, $3 its size, $4 the event it starts after, $5 the type; each statement takes those that it needs.</summary>
    internal static IEnumerable<NpgsqlParameter> PageParameters(ExecutionId id, EventQuery query)
    {
        yield return Parameters.Of(id.Value);
        yield return Parameters.Of((long)query.Page);
        yield return Parameters.Of((long)query.PageSize);
        if (query.SinceEventId is not null || query.Type is not null) yield return Parameters.Of(Math.Clamp(query.SinceEventId ?? 0, 0, long.MaxValue / 2));
        if (query.Type is { } type) yield return Parameters.Of(type.Name());
    }

    private static JsonElement? Json(string? text) => text is null ? null : JsonColumn.Parse(text);

    private static IterationOutcome ReadOutcome(NpgsqlDataReader row)
    {
        var index = row.GetInt64(0);
        if (row.GetBoolean(1)) return new IterationOutcome(index, Result: null, row.IsDBNull(2) ? "" : row.GetString(2));
        if (!row.IsDBNull(3)) return new IterationOutcome(index, JsonColumn.Read(row.GetString(3)), Error: null);
        return new IterationOutcome(index, row.IsDBNull(4) ? JsonColumn.Null : JsonColumn.Parse(row.GetString(4)), Error: null);
    }

    private ValueTask<T?> FirstAsync<T>(string sql, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
        where T : class =>
        _database.QueryAsync(
            sql,
            parameters,
            async (reader, token) => await reader.ReadAsync(token).ConfigureAwait(false) ? read(reader) : null,
            cancellationToken);

    private ValueTask<IReadOnlyList<T>> AllAsync<T>(
        string sql, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) =>
        _database.QueryAsync<IReadOnlyList<T>>(
            sql,
            parameters,
            async (reader, token) =>
            {
                var rows = new List<T>();
                while (await reader.ReadAsync(token).ConfigureAwait(false)) rows.Add(read(reader));
                return rows;
            },
            cancellationToken);
}
