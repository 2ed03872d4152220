using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Hosting;

namespace PlaybookOperator.Operator.Api;

/// <summary><c>GET /api/executions/{id}</c>: where an execution stands, and a page of its events.</summary>
internal static class ExecutionApi
{
    private const int DefaultPageSize = 100;
    private const int MinPageSize = 10;
    private const int MaxPageSize = 500;

    public static void MapExecutionApi(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api").AddEndpointFilter(ApiFailures.AnswerAsync);
        group.MapGet("/executions", ExecutionListApi.ListAsync);
        group.MapGet("/executions/{id}", GetAsync);
        group.MapGet("/executions/{id}/state", StateApi.GetAsync);
        group.MapGet("/executions/{id}/iterations", IterationApi.ListAsync);
        group.MapGet("/executions/{id}/events", EventApi.ListAsync);
        group.MapGet("/executions/{id}/events/stream", EventStreamApi.StreamAsync).DisableRequestTimeout();
    }

    /// <summary>Where there is somebody who acts on what is asked.</summary>
    public static void MapControlApi(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api").AddEndpointFilter(ApiFailures.AnswerAsync);
        group.MapControl("cancel", ControlVerb.Cancel);
        group.MapControl("suspend", ControlVerb.Suspend);
        group.MapControl("resume", ControlVerb.Resume);
    }

    /// <summary>Where there is a cluster to create resources in.</summary>
    public static void MapStartApi(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api").AddEndpointFilter(ApiFailures.AnswerAsync);
        group.MapStart("/executions", StartRequest.Names);
        group.MapStart("/run/playbook", StartRequest.OlderNames);
    }

    private static void MapControl(this RouteGroupBuilder group, string name, ControlVerb verb) => group.MapPost(
        $"/executions/{{id}}/{name}",
        (string id, HttpContext context, ExecutionLookup lookup, IEventReader reader, IExecutionControl control) =>
            ControlApi.PostAsync(id, verb, context, lookup, reader, control));

    private static void MapStart(this RouteGroupBuilder group, string path, StartNames names) => group.MapPost(
        path,
        (HttpContext context, ExecutionStarts starts, ApiAccess access, KubernetesOptions kubernetes, ApiOptions options) =>
            StartApi.PostAsync(context, names, starts, access, kubernetes, options));

    private static async Task<IResult> GetAsync(string id, HttpContext context, Reconciler reconciler, IEventReader reader, ApiAccess access, TimeProvider time)
    {
        var (caller, refusal) = await access.AuthenticateAsync(context, context.RequestAborted);
        if (caller is null) return refusal!;
        if (!ExecutionId.TryParse(id, out var execution)) return ExecutionLookup.NoId(id);
        var (query, problem) = ReadQuery(context.Request.Query);
        if (query is null) return problem!;
        var (wants, wrong) = Inclusion.Read(context.Request.Query);
        if (wants is null) return wrong!;
        if (await reconciler.ReadStateAsync(execution, context.RequestAborted) is not var (header, state))
            return ExecutionLookup.NotFound(id);
        if (await access.RefuseAsync(caller, id, header.Namespace, "get", context) is { } forbidden) return forbidden;
        var page = await reader.PageAsync(execution, query, context.RequestAborted);
        var answer = Answer(header, state, query, page, time.GetUtcNow());
        if (wants.Children)
        {
            var most = await reconciler.LoadingOfAsync(header, context.RequestAborted);
            var tree = await ChildTree.ReadAsync(reader, header, wants.Depth, most.MaxDepth, context.RequestAborted);
            answer = answer with { Children = tree.Children, ChildrenNote = tree.Note };
        }

        if (wants.Playbook)
            answer = answer with { Playbook = new PlaybookAnswer(header.Playbook, header.Digest, await reader.ReadPlaybookAsync(header.Digest, context.RequestAborted)) };
        return Results.Json(answer, ApiJson.Plain.ExecutionAnswer);
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
            Failures = FailureAnswer.Of(view),
            Steps = [.. view.Steps.Select(step => new StepAnswer(step.Name, step.Phase.ToUpperInvariant(), step.Progress))],
            Message = view.Message,
            ParentExecutionId = header.Parent?.ToString(),
            Events = [.. page.Events.Select(happened => EventAnswer.Of(header.Id, header.Parent, happened))],
            Pagination = new PaginationAnswer(query.Page, query.PageSize, page.TotalEvents, pages, query.Page < pages, query.Page > 1),
        };
    }

    private static (EventQuery? Query, IResult? Problem) ReadQuery(IQueryCollection parameters)
    {
        if (!ApiParameters.TryReadInteger(parameters, "page", 1, int.MaxValue, 1, out var page, out var problem)) return (null, problem);
        if (!ApiParameters.TryReadInteger(parameters, "page_size", MinPageSize, MaxPageSize, DefaultPageSize, out var size, out problem)) return (null, problem);
        if (!ApiParameters.TryReadInteger(parameters, "since_event_id", 0, long.MaxValue, 0, out var since, out problem)) return (null, problem);
        if (!ApiParameters.TryReadType(parameters, "event_type", out var type, out problem)) return (null, problem);
        return (new EventQuery((int)page, (int)size, type, ApiParameters.ReadText(parameters, "since_event_id") is null ? null : since), null);
    }
}
