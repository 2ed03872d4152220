using System.Globalization;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Executions;

namespace PlaybookOperator.Operator.Api;

/// <summary><c>GET /api/executions/{id}</c>: where an execution stands, and a page of its events.</summary>
internal static class ExecutionApi
{
    private const int DefaultPageSize = 100;
    private const int MinPageSize = 10;
    private const int MaxPageSize = 500;

    public static void MapExecutionApi(this IEndpointRouteBuilder routes) => routes.MapGet("/api/executions/{id}", GetAsync);

    private static async Task<IResult> GetAsync(string id, HttpContext context, Reconciler reconciler, IEventReader reader, ApiAccess access, TimeProvider time)
    {
        var (caller, refusal) = await access.AuthenticateAsync(context, context.RequestAborted);
        if (caller is null) return refusal!;
        if (!ExecutionId.TryParse(id, out var execution)) return Problems.Of(StatusCodes.Status422UnprocessableEntity, "id", $"must be a number, not '{id}'.");
        var (query, problem) = ReadQuery(context.Request.Query);
        if (query is null) return problem!;
        var (wants, wrong) = Inclusion.Read(context.Request.Query);
        if (wants is null) return wrong!;
        if (await reconciler.LookAsync(execution, context.RequestAborted) is not var (header, state, plan))
            return Problems.Of(StatusCodes.Status404NotFound, "id", $"There is no execution {id}.");
        if (await access.RefuseAsync(caller, header.Namespace, "get", context.RequestAborted) is { } forbidden) return forbidden;
        var page = await reader.PageAsync(execution, query, context.RequestAborted);
        var answer = Answer(header, state, query, page, time.GetUtcNow());
        if (wants.Children && await ChildTree.ReadAsync(reader, header, wants.Depth, plan.Loading.MaxDepth, context.RequestAborted) is var tree)
            answer = answer with { Children = tree.Children, ChildrenNote = tree.Note };
        if (wants.Playbook)
            answer = answer with { Playbook = new PlaybookAnswer(header.Playbook, header.Digest, await reader.ReadPlaybookAsync(header.Digest, context.RequestAborted)) };
        return Results.Json(answer, ApiJson.Default.ExecutionAnswer);
    }

    private static ExecutionAnswer Answer(ExecutionHeader header, ExecutionState state, EventQuery query, EventPage page, DateTimeOffset now)
    {
        var view = StatusProjection.Project(state);
        var pages = (page.TotalEvents + query.PageSize - 1) / query.PageSize;
        return new ExecutionAnswer
        {
            ExecutionId = header.Id.ToString(),
            Name = header.Name,
            Namespace = header.Namespace,
            Path = header.Playbook,
            Status = StatusProjection.ApiStatus(state.Phase),
            StartTime = view.StartTime,
            EndTime = view.CompletionTime,
            DurationSeconds = view.StartTime is { } start ? ((view.CompletionTime ?? now) - start).TotalSeconds : null,
            Progress = new ProgressAnswer(view.Progress.Total, view.Progress.Succeeded, view.Progress.Failed, view.Progress.Active, view.Progress.Text),
            ParentExecutionId = header.Parent?.ToString(),
            Events = [.. page.Events.Select(happened => EventAnswer.Of(header.Id, header.Parent, happened))],
            Pagination = new PaginationAnswer(query.Page, query.PageSize, page.TotalEvents, pages, query.Page < pages, query.Page > 1),
        };
    }

    private static (EventQuery? Query, IResult? Problem) ReadQuery(IQueryCollection parameters)
    {
        if (!TryRead(parameters, "page", 1, int.MaxValue, 1, out var page)) return Wrong("page", "an integer of at least 1", parameters);
        if (!TryRead(parameters, "page_size", MinPageSize, MaxPageSize, DefaultPageSize, out var size))
            return Wrong("page_size", $"an integer from {MinPageSize} to {MaxPageSize}", parameters);
        long? since = null;
        if (parameters.TryGetValue("since_event_id", out var text) && text.ToString().Length > 0)
        {
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return Wrong("since_event_id", "an event id", parameters);
            since = number;
        }

        EventType? type = null;
        if (parameters.TryGetValue("event_type", out var name) && name.ToString().Length > 0)
        {
            if (!EventTypes.TryParse(name.ToString(), out var known)) return Wrong("event_type", $"one of {string.Join(", ", EventTypes.AllNames)}", parameters);
            type = known;
        }

        return (new EventQuery((int)page, (int)size, type, since), null);
    }

    private static bool TryRead(IQueryCollection parameters, string name, long minimum, long maximum, long absent, out long value)
    {
        value = absent;
        if (!parameters.TryGetValue(name, out var text) || text.ToString().Length == 0) return true;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= minimum && value <= maximum;
    }

    private static (EventQuery? Query, IResult Problem) Wrong(string name, string expected, IQueryCollection parameters) =>
        (null, Problems.Of(StatusCodes.Status422UnprocessableEntity, name, $"must be {expected}, not '{parameters[name]}'."));
}
