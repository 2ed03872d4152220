using Npgsql;
using NpgsqlTypes;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog.Writing;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>
/// Writes many events of one execution with binary COPY, about twice as fast as a statement that numbers them: a transaction that holds the
/// execution's lock knows their numbers itself.
/// </summary>
internal static class EventCopy
{
    /// <summary>The statement that counts the events; its rows go to <see cref="ReadCountsAsync"/>.</summary>
    public static NpgsqlBatchCommand Count(ExecutionId id, long lastEventId, IReadOnlyList<ExecutionEvent> events)
    {
        var types = events.CountBy(happened => happened.Type).ToList();
        return BatchStatement.For(
            Sql.CountEvents,
            id,
            Parameters.Of((IReadOnlyCollection<string?>)[.. types.Select(type => type.Key.Name())]),
            Parameters.Of((IReadOnlyCollection<long>)[.. types.Select(type => (long)type.Value)]),
            Parameters.Of(lastEventId + events.Count));
    }

    /// <summary>How many events of each type there are, these included.</summary>
    public static async ValueTask<Dictionary<string, long>> ReadCountsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) counts[reader.GetString(0)] = reader.GetInt64(1);
        return counts;
    }

    /// <param name="connection">In the transaction that has counted them.</param>
    /// <param name="head">What they have in common.</param>
    /// <param name="counts">From <see cref="ReadCountsAsync"/>.</param>
    /// <param name="events">In order; not numbered yet, but with the run that they belong to.</param>
    /// <param name="cancellationToken">Ends the transaction.</param>
    public static async ValueTask WriteAsync(
        NpgsqlConnection connection, EventHead head, Dictionary<string, long> counts, IReadOnlyList<ExecutionEvent> events, CancellationToken cancellationToken)
    {
        var places = events.CountBy(happened => happened.Type).ToDictionary(type => type.Key, type => counts[type.Key.Name()] - type.Value);
        var eventId = head.LastEventId;
        var writer = await connection.BeginBinaryImportAsync(Sql.CopyEvents, cancellationToken).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            foreach (var happened in events)
            {
                await writer.StartRowAsync(cancellationToken).ConfigureAwait(false);
                await writer.WriteAsync(head.Id.Value, NpgsqlDbType.Bigint, cancellationToken).ConfigureAwait(false);
                await writer.WriteAsync(++eventId, NpgsqlDbType.Bigint, cancellationToken).ConfigureAwait(false);
                await writer.WriteAsync(++places[happened.Type], NpgsqlDbType.Bigint, cancellationToken).ConfigureAwait(false);
                await writer.WriteAsync(happened.Type.Name(), NpgsqlDbType.Text, cancellationToken).ConfigureAwait(false);
                await writer.WriteAsync(happened.Status.Name(), NpgsqlDbType.Text, cancellationToken).ConfigureAwait(false);
                await writer.WriteAsync(Storable.Instant(happened.CreatedAt).UtcDateTime, NpgsqlDbType.TimestampTz, cancellationToken).ConfigureAwait(false);
                await WriteAsync(writer, head.Parent, NpgsqlDbType.Bigint, cancellationToken).ConfigureAwait(false);
                await WriteAsync(writer, happened.Step, NpgsqlDbType.Text, cancellationToken).ConfigureAwait(false);
                await WriteAsync(writer, happened.Epoch, NpgsqlDbType.Integer, cancellationToken).ConfigureAwait(false);
                await WriteAsync(writer, happened.RunId, NpgsqlDbType.Bigint, cancellationToken).ConfigureAwait(false);
                await WriteAsync(writer, happened.IterationIndex, NpgsqlDbType.Bigint, cancellationToken).ConfigureAwait(false);
                await WriteAsync(writer, happened.Attempt, NpgsqlDbType.Integer, cancellationToken).ConfigureAwait(false);
                await WriteAsync(writer, happened.Fence, NpgsqlDbType.Integer, cancellationToken).ConfigureAwait(false);
                await WriteAsync(writer, happened.DurationMs, NpgsqlDbType.Double, cancellationToken).ConfigureAwait(false);
                await WriteAsync(writer, Storable.Sentence(happened.Error), NpgsqlDbType.Text, cancellationToken).ConfigureAwait(false);
                await WriteAsync(writer, JsonColumn.Write(happened.Context), NpgsqlDbType.Jsonb, cancellationToken).ConfigureAwait(false);
                await WriteAsync(writer, JsonColumn.Write(happened.Result), NpgsqlDbType.Jsonb, cancellationToken).ConfigureAwait(false);
            }

            await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static Task WriteAsync<T>(NpgsqlBinaryImporter writer, T? value, NpgsqlDbType type, CancellationToken cancellationToken)
        where T : struct => value is { } given ? writer.WriteAsync(given, type, cancellationToken) : writer.WriteNullAsync(cancellationToken);

    private static Task WriteAsync(NpgsqlBinaryImporter writer, string? value, NpgsqlDbType type, CancellationToken cancellationToken) =>
        value is null ? writer.WriteNullAsync(cancellationToken) : writer.WriteAsync(value, type, cancellationToken);

    /// <summary>What events of one execution have in common.</summary>
    /// <param name="Id">Whose they are.</param>
    /// <param name="Parent">Its parent execution's id.</param>
    /// <param name="LastEventId">Of the event before them.</param>
    internal readonly record struct EventHead(ExecutionId Id, long? Parent, long LastEventId);
}
