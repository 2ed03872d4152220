using PlaybookOperator.EventLog;

namespace PlaybookOperator.Operator.Api;

/// <summary><c>GET /api/executions/{id}/events</c>: events after one, ascending. A client that goes on from <c>next_after</c> misses none.</summary>
internal static class EventApi
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 500;

    public static async Task<IResult> ListAsync(string id, HttpContext context, IEventReader reader, ExecutionLookup lookup)
    {
        var (_, header, refusal) = await lookup.FindAsync(id, "get", context);
        if (header is null) return refusal!;
        var parameters = context.Request.Query;
        if (!ApiParameters.TryReadInteger(parameters, "after", 0, long.MaxValue, 0, out var after, out var problem)) return problem;
        if (!ApiParameters.TryReadInteger(parameters, "limit", 1, MaxLimit, DefaultLimit, out var limit, out problem)) return problem;
        if (!ApiParameters.TryReadType(parameters, "type", out var type, out problem)) return problem;
        var page = await reader.PageAsync(header.Id, new EventQuery(1, (int)limit, type, after), context.RequestAborted);
        var events = page.Events.Select(happened => EventAnswer.Of(header.Id, header.Parent, happened)).ToList();
        return Results.Json(
            new EventsAnswer(events, events.Count > 0 ? events[^1].EventId : after, page.TotalEvents > events.Count), ApiJson.Plain.EventsAnswer);
    }
}

/// <summary>Answer of <c>GET /api/executions/{id}/events</c>.</summary>
/// <param name="NextAfter">The <c>after</c> of the page after.</param>
/// <param name="HasMore">Whether there are events after these now.</param>
internal sealed record EventsAnswer(IReadOnlyList<EventAnswer> Events, long NextAfter, bool HasMore);
