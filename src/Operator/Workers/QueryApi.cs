using System.Text;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog;
using PlaybookOperator.Tools.Queries;

namespace PlaybookOperator.Operator.Workers;

/// <summary>
/// The query-result cache for workers: what one pod has read, the next need not read again. Keys are kept by namespace: nobody is answered by what another
/// namespace has read, whatever the worker says.
/// </summary>
internal static class QueryApi
{
    private const int KeyLength = 64;

    public static void MapQueryApi(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/worker/v1/query").AddEndpointFilter(WorkerApi.RequireDatabaseAsync).AddEndpointFilter(WorkerApi.AdmitAsync);
        group.MapPost("/get", FindAsync);
        group.MapPost("/put", StoreAsync);
    }

    private static async Task<IResult> FindAsync(
        HttpContext context, WorkerSessions sessions, IEventReader reader, MemoryQueryCache cache, WorkerOptions options, WorkerMetrics metrics)
    {
        if (WorkerApi.Authenticate(context, sessions.Signer) is not { } session) return WorkerApi.Unauthorized(metrics);
        var (asked, refusal) = await WorkerApi.ReadAsync(context, WorkJson.Default.QueryLookup, options, metrics);
        if (asked is null) return refusal!;
        if (!IsKey(asked.Key)) return Malformed(metrics, "key", $"must be {KeyLength} lower-case hexadecimal digits.");
        if (MaxAge(asked.MaxAgeSeconds) is not { } maxAge) return Malformed(metrics, "max_age_seconds", "must be above 0.");
        if (await KeyAsync(session, asked.Key, reader, context) is not { } key) return Gone();
        return cache.FindText(key, maxAge) is { } found ? Found(found) : Results.NoContent();
    }

    /// <summary>A <see cref="QueryFound"/>, whose text is passed on as it is kept: reading and writing it again would be most of what a hit costs here.</summary>
    private static IResult Found(byte[] text) => Results.Bytes([.. "{\"result\":"u8, .. text, .. "}"u8], "application/json");

    private static async Task<IResult> StoreAsync(
        HttpContext context, WorkerSessions sessions, IEventReader reader, MemoryQueryCache cache, WorkerOptions options, WorkerMetrics metrics)
    {
        if (WorkerApi.Authenticate(context, sessions.Signer) is not { } session) return WorkerApi.Unauthorized(metrics);
        var (sent, refusal) = await WorkerApi.ReadAsync(context, WorkJson.Default.QueryStore, options, metrics);
        if (sent is null) return refusal!;
        if (!IsKey(sent.Key)) return Malformed(metrics, "key", $"must be {KeyLength} lower-case hexadecimal digits.");
        if (sent.Result.ValueKind == System.Text.Json.JsonValueKind.Undefined) return Malformed(metrics, "result", "is required.");
        if (Encoding.UTF8.GetByteCount(sent.Result.GetRawText()) > WorkLimits.MaxCachedResultBytes)
        {
            metrics.Refused("too_large");
            return Api.Problems.Of(StatusCodes.Status413PayloadTooLarge, "result", $"must be at most {WorkLimits.MaxCachedResultBytes} bytes of JSON.");
        }

        if (await KeyAsync(session, sent.Key, reader, context) is not { } key) return Gone();
        cache.Store(key, sent.Result);
        return Results.NoContent();
    }

    private static bool IsKey(string? key) => key is { Length: KeyLength } && key.All(char.IsAsciiHexDigitLower);

    /// <summary>Nothing is kept longer than the cache's own time to live, which may be set; a year is beyond any.</summary>
    private static TimeSpan? MaxAge(double seconds) => TimeSpan.FromSeconds(Math.Min(seconds, 31_536_000)) is var age && age > TimeSpan.Zero ? age : null;

    /// <summary>The namespace comes from the log, by the execution that the session is bound to.</summary>
    private static async Task<string?> KeyAsync(WorkerSession session, string key, IEventReader reader, HttpContext context) =>
        await reader.ReadHeaderAsync(session.Execution, context.RequestAborted) is { } execution ? $"{execution.Namespace}/{key}" : null;

    private static IResult Malformed(WorkerMetrics metrics, string field, string detail)
    {
        metrics.Refused("malformed");
        return Api.Problems.Of(StatusCodes.Status422UnprocessableEntity, field, detail);
    }

    private static IResult Gone() => Api.Problems.Of(StatusCodes.Status409Conflict, "session", "The execution of this session is gone.");
}
