using System.Globalization;
using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Executions;

namespace PlaybookOperator.Operator.Api;

/// <summary>
/// <c>GET /api/executions/{id}/iterations</c>: one row for each iteration that has been started, of the newest run of each loop, in order of steps' runs
/// and of index. A page costs its own length however long the loop is.
/// </summary>
internal static class IterationApi
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 500;
    private static readonly string[] s_statuses = [.. Enum.GetValues<IterationStatus>().Select(WordOf)];

    public static async Task<IResult> ListAsync(string id, HttpContext context, IEventReader reader, StateCache states, ExecutionLookup lookup)
    {
        var (_, header, refusal) = await lookup.FindAsync(id, "get", context);
        if (header is null) return refusal!;
        var parameters = context.Request.Query;
        if (!ApiParameters.TryReadInteger(parameters, "limit", 1, MaxLimit, DefaultLimit, out var limit, out var problem)) return problem;
        if (!ApiParameters.TryReadWord(parameters, "status", s_statuses, out var status, out problem)) return problem;
        var place = new Place(0, 0);
        if (ApiParameters.ReadText(parameters, "cursor") is { } cursor && !Place.TryParse(cursor, out place))
            return ApiParameters.Wrong("cursor", "the next_cursor of an answer", cursor);
        var known = states.Get(header.Id);
        if (await reader.ReadAsync(header.Id, known?.LastEventId ?? 0, context.RequestAborted) is not { } snapshot) return ExecutionLookup.NotFound(id);
        var loops = snapshot.ToState(known ?? ExecutionState.Initial).Loops.Values.ToList();
        if (ApiParameters.ReadText(parameters, "step") is { } step)
        {
            loops = loops.FindAll(loop => loop.Step == step);
            if (loops.Count == 0)
                return Problems.Of(StatusCodes.Status404NotFound, "step", $"Execution {id} has run no loop in a step '{step}'.");
        }

        var query = new IterationQuery(0, 0)
        {
            Status = status is null ? null : Enum.Parse<IterationStatus>(status, ignoreCase: true),
            Key = ApiParameters.ReadText(parameters, "key"),
        };
        var rows = new List<IterationAnswer>();
        foreach (var loop in loops.Where(loop => loop.RunId >= place.RunId))
        {
            var wanted = query with { FromIndex = loop.RunId == place.RunId ? place.Index : 0, Limit = (int)limit + 1 - rows.Count };
            rows.AddRange((await reader.ListIterationsAsync(header.Id, loop.RunId, wanted, context.RequestAborted)).Select(row => IterationAnswer.Of(loop, row)));
            if (rows.Count > limit) break;
        }

        var next = rows.Count > limit ? new Place(rows[^1].RunId, rows[^1].IterationIndex).ToString() : null;
        return Results.Json(new IterationsAnswer([.. rows.Take((int)limit)], next), ApiJson.Plain.IterationsAnswer);
    }

    public static string WordOf(IterationStatus status) => status.ToString().ToUpperInvariant();

    /// <summary>Where a page begins, as <c>run.index</c>.</summary>
    private readonly record struct Place(long RunId, long Index)
    {
        public static bool TryParse(string text, out Place place)
        {
            place = default;
            if (text.Split('.') is not [var run, var index]) return false;
            if (!long.TryParse(run, NumberStyles.None, CultureInfo.InvariantCulture, out var runId)) return false;
            if (!long.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var from)) return false;
            place = new Place(runId, from);
            return true;
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{RunId}.{Index}");
    }
}

/// <summary>Answer of <c>GET /api/executions/{id}/iterations</c>.</summary>
/// <param name="NextCursor">The <c>cursor</c> of the page after; absent on the last one.</param>
internal sealed record IterationsAnswer(IReadOnlyList<IterationAnswer> Iterations, string? NextCursor);

/// <summary>One iteration; or one chunk, by the index of its first element.</summary>
internal sealed record IterationAnswer
{
    public required string Step { get; init; }

    public required int Epoch { get; init; }

    /// <summary>Id of the event by which the step was entered.</summary>
    public required long RunId { get; init; }

    public required long IterationIndex { get; init; }

    /// <summary>PENDING (waits for its next attempt), RUNNING, COMPLETED or FAILED.</summary>
    public required string Status { get; init; }

    /// <summary>The element's name, where the loop has a <c>key</c>.</summary>
    public string? Key { get; init; }

    /// <summary>Elements of a chunk.</summary>
    public long? Size { get; init; }

    public int? Attempt { get; init; }

    public double? DurationMs { get; init; }

    public string? Error { get; init; }

    /// <summary>Absent for a result by reference.</summary>
    public JsonElement? Result { get; init; }

    public DateTimeOffset? EndTime { get; init; }

    /// <summary>The former execution that did it.</summary>
    public string? CarriedFrom { get; init; }

    public static IterationAnswer Of(LoopState loop, IterationRow row) => new()
    {
        Step = loop.Step,
        Epoch = loop.Epoch,
        RunId = loop.RunId,
        IterationIndex = row.Index,
        Status = IterationApi.WordOf(row.Status),
        Key = row.Key,
        Size = row.Size,
        Attempt = row.Attempt,
        DurationMs = row.DurationMs,
        Error = row.Error,
        Result = row.Result,
        EndTime = row.EndedAt?.ToUniversalTime(),
        CarriedFrom = row.CarriedFrom?.ToString(),
    };
}
