using System.Text.Json;

namespace PlaybookOperator.Core.Work;

/// <summary><c>POST /worker/v1/query/get</c>: asks for an earlier result; 204: none is known.</summary>
/// <param name="Key">SHA-256 of the request and its credential: 64 lower-case hexadecimal digits.</param>
/// <param name="MaxAgeSeconds">How old it may be; above 0.</param>
public sealed record QueryLookup(string Key, double MaxAgeSeconds);

/// <summary>The answer when one is known.</summary>
public sealed record QueryFound(JsonElement Result);

/// <summary><c>POST /worker/v1/query/put</c>: keeps a result; 204.</summary>
/// <param name="Key">As in <see cref="QueryLookup"/>.</param>
/// <param name="Result">At most <see cref="WorkLimits.MaxCachedResultBytes"/>; the worker has made sure that no secret is in it.</param>
public sealed record QueryStore(string Key, JsonElement Result);
