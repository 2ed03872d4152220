using Npgsql;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog.Writing;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>Events as the arrays that <c>WriteEvents.sql</c> takes, in its order ($2..$15).</summary>
internal static class EventParameters
{
    /// <param name="events">Not yet numbered.</param>
    /// <param name="reports">For each event the place (from 1) of the report that it belongs to; null for a decider's events.</param>
    public static IEnumerable<NpgsqlParameter> Of(IReadOnlyList<ExecutionEvent> events, IReadOnlyList<int>? reports) =>
    [
        Parameters.Of([.. events.Select(e => e.Type.Name())]),
        Parameters.Of([.. events.Select(e => e.Status.Name())]),
        Parameters.Of([.. events.Select(e => e.Step)]),
        Parameters.Of([.. events.Select(e => e.Epoch)]),
        Parameters.Of([.. events.Select(e => e.RunId)]),
        Parameters.Of([.. events.Select(e => e.IterationIndex)]),
        Parameters.Of([.. events.Select(e => e.Attempt)]),
        Parameters.Of([.. events.Select(e => e.Fence)]),
        Parameters.Of([.. events.Select(e => e.DurationMs)]),
        Parameters.Of([.. events.Select(e => JsonColumn.Write(e.Context))]),
        Parameters.Of([.. events.Select(e => JsonColumn.Write(e.Result))]),
        Parameters.Of([.. events.Select(e => Storable.Sentence(e.Error))]),
        Parameters.Of([.. events.Select(e => (DateTimeOffset?)Storable.Instant(e.CreatedAt))]),
        reports is null ? Parameters.NoIntegers() : Parameters.Of(reports),
    ];
}
