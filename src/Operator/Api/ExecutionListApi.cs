using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;

namespace PlaybookOperator.Operator.Api;

/// <summary><c>GET /api/executions</c>: newest first, page by page; without a namespace for those who may list them in all.</summary>
internal static class ExecutionListApi
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;
    private static readonly string[] s_statuses = [.. Enum.GetValues<ExecutionPhase>().Select(StatusProjection.ApiStatus)];

    public static async Task<IResult> ListAsync(HttpContext context, IEventReader reader, ApiAccess access, TimeProvider time)
    {
        var (caller, refusal) = await access.AuthenticateAsync(context, context.RequestAborted);
        if (caller is null) return refusal!;
        var parameters = context.Request.Query;
        if (!ApiParameters.TryReadInteger(parameters, "limit", 1, MaxLimit, DefaultLimit, out var limit, out var problem)) return problem;
        if (!ApiParameters.TryReadWord(parameters, "status", s_statuses, out var status, out problem)) return problem;
        ExecutionId? before = null;
        if (ApiParameters.ReadText(parameters, "cursor") is { } cursor)
        {
            if (!ExecutionId.TryParse(cursor, out var last)) return ApiParameters.Wrong("cursor", "the next_cursor of an answer", cursor);
            before = last;
        }

        var space = ApiParameters.ReadText(parameters, "namespace");
        if (await access.RefuseAsync(caller, space ?? "", "list", context) is { } forbidden) return forbidden;
        var query = new ExecutionQuery((int)limit + 1, before)
        {
            Phase = status is null ? null : Enum.GetValues<ExecutionPhase>().First(phase => StatusProjection.ApiStatus(phase) == status),
            Playbook = ApiParameters.ReadText(parameters, "playbook"),
            Namespace = space,
            Name = ApiParameters.ReadText(parameters, "name"),
        };
        var found = await reader.ListAsync(query, context.RequestAborted);
        var shown = found.Take((int)limit).ToList();
        var now = time.GetUtcNow();
        return Results.Json(
            new ExecutionsAnswer([.. shown.Select(header => ExecutionLine.Of(header, now))], found.Count > shown.Count ? shown[^1].Id.ToString() : null),
            ApiJson.Plain.ExecutionsAnswer);
    }
}

/// <summary>Answer of <c>GET /api/executions</c>.</summary>
/// <param name="NextCursor">The <c>cursor</c> of the page after; absent on the last one.</param>
internal sealed record ExecutionsAnswer(IReadOnlyList<ExecutionLine> Executions, string? NextCursor);

/// <summary>An execution in a list.</summary>
internal sealed record ExecutionLine
{
    public required string ExecutionId { get; init; }

    public required string Name { get; init; }

    public required string Namespace { get; init; }

    public required string Path { get; init; }

    public required string Status { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public DateTimeOffset? EndTime { get; init; }

    public double? DurationSeconds { get; init; }

    /// <summary>Null before the start.</summary>
    public LineProgress? Progress { get; init; }

    public string? ParentExecutionId { get; init; }

    public string? RetryOf { get; init; }

    public static ExecutionLine Of(ExecutionHeader header, DateTimeOffset now) => new()
    {
        ExecutionId = header.Id.ToString(),
        Name = header.Name,
        Namespace = header.Namespace,
        Path = header.Playbook,
        Status = StatusProjection.ApiStatus(header.Phase),
        CreatedAt = header.CreatedAt.ToUniversalTime(),
        StartTime = header.StartedAt?.ToUniversalTime(),
        EndTime = header.EndedAt?.ToUniversalTime(),
        DurationSeconds = header.StartedAt is { } start ? ((header.EndedAt ?? now) - start).TotalSeconds : null,
        Progress = header.Progress is { } progress && (progress.Total > 0 || progress.Steps.Total > 0) ? LineProgress.Of(progress) : null,
        ParentExecutionId = header.Parent?.ToString(),
        RetryOf = header.RetryOf?.ToString(),
    };
}

/// <summary>How far the loops are, and as text while none has begun the steps; what is active now is told by the execution itself.</summary>
internal sealed record LineProgress(long Total, long Succeeded, long Failed, string Text)
{
    public static LineProgress Of(LoopProgress loops) =>
        new(loops.Total, loops.Succeeded, loops.Failed, (Progress.None with { Total = loops.Total, Succeeded = loops.Succeeded, Failed = loops.Failed, Steps = loops.Steps }).Text);
}
