using Npgsql;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog.Writing;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>
/// Writes many events of one execution with binary COPY, about twice as fast as a statement that numbers them: a transaction that holds the
/// execution's lock knows their numbers itself.
/// </summary>
internal static class EventCopy
{
    /// <summary>Of <c>CopyEvents.sql</c>.</summary>
    private const short Columns = 17;

    /// <summary>About, without results.</summary>
    private const int RowBytes = 256;

    /// <summary>The server takes in some while the next are written; and what is larger than 85,000 bytes costs the collector more.</summary>
    private const int RowsAtOnce = 256;

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
        var numbers = new Numbers(head.LastEventId, events.CountBy(happened => happened.Type).ToDictionary(type => type.Key, type => counts[type.Key.Name()] - type.Value));
        var rows = new BinaryRows(capacity: Math.Min(events.Count, RowsAtOnce) * RowBytes);
        var writer = await connection.BeginRawBinaryCopyAsync(Sql.CopyEvents, cancellationToken).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            foreach (var some in events.Chunk(RowsAtOnce))
            {
                foreach (var happened in some) Write(rows, head, numbers, happened);
                await writer.WriteAsync(rows.Written, cancellationToken).ConfigureAwait(false);
                rows.Clear();
            }

            rows.Finish();
            await writer.WriteAsync(rows.Written, cancellationToken).ConfigureAwait(false);
        }
    }

    private static void Write(BinaryRows rows, EventHead head, Numbers numbers, ExecutionEvent happened)
    {
        rows.StartRow(Columns);
        rows.Write(head.Id.Value);
        rows.Write(++numbers.LastEventId);
        rows.Write(++numbers.LastOfType[happened.Type]);
        rows.Write(happened.Type.Name());
        rows.Write(happened.Status.Name());
        rows.Write(Storable.Instant(happened.CreatedAt));
        rows.Write(head.Parent);
        rows.Write(happened.Step);
        rows.Write(happened.Epoch);
        rows.Write(happened.RunId);
        rows.Write(happened.IterationIndex);
        rows.Write(happened.Attempt);
        rows.Write(happened.Fence);
        rows.Write(happened.DurationMs);
        rows.Write(Storable.Sentence(happened.Error));
        rows.Write(happened.Context);
        rows.Write(happened.Result);
    }

    /// <summary>What events of one execution have in common.</summary>
    /// <param name="Id">Whose they are.</param>
    /// <param name="Parent">Its parent execution's id.</param>
    /// <param name="LastEventId">Of the event before them.</param>
    internal readonly record struct EventHead(ExecutionId Id, long? Parent, long LastEventId);

    /// <summary>The numbers given last: of all events, and of those of each type.</summary>
    private sealed class Numbers(long lastEventId, Dictionary<EventType, long> lastOfType)
    {
        public long LastEventId { get; set; } = lastEventId;

        public Dictionary<EventType, long> LastOfType { get; } = lastOfType;
    }
}
