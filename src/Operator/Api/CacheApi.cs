using PlaybookOperator.Core.Caching;

namespace PlaybookOperator.Operator.Api;

/// <summary>
/// <c>/api/caches</c>: what the caches of this replica hold and have done, and how to empty them. Callers need the right on executions of all
/// namespaces: to get them for reading, to update them for clearing.
/// </summary>
internal static class CacheApi
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;
    private const string AllNamespaces = "";

    public static void MapCacheApi(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/caches", ListAsync);
        routes.MapGet("/api/caches/{name}", GetAsync);
        routes.MapPost("/api/caches/{name}/clear", (string name, HttpContext context, IEnumerable<IBoundedCache> caches, ApiAccess access) =>
            EmptyAsync(name, context, caches, access, static cache => cache.Clear()));
        routes.MapPost("/api/caches/{name}/evict-expired", (string name, HttpContext context, IEnumerable<IBoundedCache> caches, ApiAccess access) =>
            EmptyAsync(name, context, caches, access, static cache => cache.EvictExpired()));
    }

    private static async Task<IResult> ListAsync(HttpContext context, IEnumerable<IBoundedCache> caches, ApiAccess access)
    {
        if (await RefuseAsync(context, access, "get") is { } refusal) return refusal;
        var answers = caches.Select(cache => CacheAnswer.Of(cache.Statistics)).OrderBy(cache => cache.Name, StringComparer.Ordinal);
        return Results.Json(new CachesAnswer([.. answers]), ApiJson.Plain.CachesAnswer);
    }

    private static async Task<IResult> GetAsync(string name, HttpContext context, IEnumerable<IBoundedCache> caches, ApiAccess access)
    {
        if (await RefuseAsync(context, access, "get") is { } refusal) return refusal;
        if (Find(caches, name) is not { } cache) return Unknown(caches, name);
        var parameters = context.Request.Query;
        if (!ApiParameters.TryReadInteger(parameters, "offset", 0, int.MaxValue, 0, out var offset, out var problem)) return problem;
        if (!ApiParameters.TryReadInteger(parameters, "limit", 1, MaxLimit, DefaultLimit, out var limit, out problem)) return problem;
        var entries = cache.Entries((int)offset, (int)limit)
            .Select(entry => new CacheEntryAnswer(entry.Key, entry.Age.TotalSeconds, entry.AccessCount, entry.LastAccess.ToUniversalTime(), entry.Bytes));
        return Results.Json(CacheAnswer.Of(cache.Statistics) with { Entries = [.. entries], Offset = (int)offset, Limit = (int)limit }, ApiJson.Plain.CacheAnswer);
    }

    private static async Task<IResult> EmptyAsync(
        string name, HttpContext context, IEnumerable<IBoundedCache> caches, ApiAccess access, Func<IBoundedCache, int> empty)
    {
        if (await RefuseAsync(context, access, "update") is { } refusal) return refusal;
        return Find(caches, name) is { } cache
            ? Results.Json(new CacheClearedAnswer(empty(cache)), ApiJson.Plain.CacheClearedAnswer)
            : Unknown(caches, name);
    }

    private static async Task<IResult?> RefuseAsync(HttpContext context, ApiAccess access, string verb)
    {
        var (caller, refusal) = await access.AuthenticateAsync(context, context.RequestAborted);
        return caller is null ? refusal : await access.RefuseAsync(caller, AllNamespaces, verb, context);
    }

    private static IBoundedCache? Find(IEnumerable<IBoundedCache> caches, string name) => caches.FirstOrDefault(cache => cache.Name == name);

    private static IResult Unknown(IEnumerable<IBoundedCache> caches, string name) => Problems.Of(
        StatusCodes.Status404NotFound,
        "name",
        $"There is no cache '{name}'; there are {string.Join(", ", caches.Select(cache => cache.Name).Order(StringComparer.Ordinal))}.");
}

/// <summary>Answer of <c>GET /api/caches</c>.</summary>
internal sealed record CachesAnswer(IReadOnlyList<CacheAnswer> Caches);

/// <summary>One cache. <see cref="HitRate"/> is 0 to 1; <see cref="Entries"/> only where a single cache was asked for, most recently used first.</summary>
internal sealed record CacheAnswer
{
    public required string Name { get; init; }

    public required int Size { get; init; }

    public required int MaxSize { get; init; }

    public required long Bytes { get; init; }

    public long? MaxBytes { get; init; }

    public required long Hits { get; init; }

    public required long Misses { get; init; }

    public required long Evictions { get; init; }

    public required long Loads { get; init; }

    public required double HitRate { get; init; }

    public IReadOnlyList<CacheEntryAnswer>? Entries { get; init; }

    public int? Offset { get; init; }

    public int? Limit { get; init; }

    public static CacheAnswer Of(CacheStatistics statistics) => new()
    {
        Name = statistics.Name,
        Size = statistics.Size,
        MaxSize = statistics.MaxSize,
        Bytes = statistics.Bytes,
        MaxBytes = statistics.MaxBytes,
        Hits = statistics.Hits,
        Misses = statistics.Misses,
        Evictions = statistics.Evictions.Total,
        Loads = statistics.Loads,
        HitRate = statistics.HitRate,
    };
}

/// <param name="Age">Seconds since the value was stored.</param>
internal sealed record CacheEntryAnswer(string Key, double Age, long AccessCount, DateTimeOffset LastAccess, long Bytes);

internal sealed record CacheClearedAnswer(int EntriesCleared);
