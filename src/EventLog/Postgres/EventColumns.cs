using Npgsql;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>
/// Reads events that a query gathered into one array a column (see the <c>Reads/</c> statements): so one statement answers with events and
/// whatever else belongs to the same instant.
/// </summary>
internal static class EventColumns
{
    private static readonly Dictionary<string, EventStatus> s_statuses =
        Enum.GetValues<EventStatus>().ToDictionary(status => status.Name(), StringComparer.Ordinal);

    /// <summary>The events of the fourteen columns from <paramref name="first"/>; none when they are null.</summary>
    public static IReadOnlyList<ExecutionEvent> Read(NpgsqlDataReader row, int first)
    {
        if (row.IsDBNull(first)) return [];
        var ids = row.GetFieldValue<long[]>(first);
        var types = row.GetFieldValue<string[]>(first + 1);
        var statuses = row.GetFieldValue<string[]>(first + 2);
        var steps = row.GetFieldValue<string?[]>(first + 3);
        var epochs = row.GetFieldValue<int?[]>(first + 4);
        var runs = row.GetFieldValue<long?[]>(first + 5);
        var indexes = row.GetFieldValue<long?[]>(first + 6);
        var attempts = row.GetFieldValue<int?[]>(first + 7);
        var fences = row.GetFieldValue<int?[]>(first + 8);
        var durations = row.GetFieldValue<double?[]>(first + 9);
        var contexts = row.GetFieldValue<string?[]>(first + 10);
        var results = row.GetFieldValue<string?[]>(first + 11);
        var errors = row.GetFieldValue<string?[]>(first + 12);
        var created = row.GetFieldValue<DateTime[]>(first + 13);
        return [.. ids.Select((id, i) => new ExecutionEvent
        {
            EventId = id,
            Type = ParseType(types[i]),
            Status = s_statuses[statuses[i]],
            CreatedAt = new DateTimeOffset(created[i]),
            Step = steps[i],
            Epoch = epochs[i],
            RunId = runs[i],
            IterationIndex = indexes[i],
            Attempt = attempts[i],
            Fence = fences[i],
            DurationMs = durations[i],
            Context = JsonColumn.Read(contexts[i]),
            Result = JsonColumn.Read(results[i]),
            Error = errors[i],
        })];
    }

    private static EventType ParseType(string name) => EventTypes.TryParse(name, out var type)
        ? type
        : throw new InvalidOperationException($"The log holds events of the type '{name}', which this version does not know: a newer one wrote them.");
}
