using System.Globalization;
using PlaybookOperator.Tools.Queries;

namespace PlaybookOperator.Tools.Http;

/// <summary>The key of a read over HTTP: everything that its answer may depend on, the credential's header among it.</summary>
internal static class HttpCallKey
{
    public static QueryKey Of(HttpCall call) => QueryKey.Of(
    [
        "http",
        call.Url.AbsoluteUri,
        call.FollowRedirects ? "follow" : "stay",
        call.MaxResponseBytes.ToString(CultureInfo.InvariantCulture),
        call.Body?.ContentType,
        call.Body is { } body ? Convert.ToBase64String(body.Content) : null,
        // Sorted by name; those of one name stay in order, since a server may tell them apart.
        .. call.Headers.Select(header => (Name: header.Name.ToLowerInvariant(), header.Value))
            .OrderBy(header => header.Name, StringComparer.Ordinal)
            .SelectMany(header => (string[])[header.Name, header.Value]),
    ]);
}
