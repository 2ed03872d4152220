using System.Globalization;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Tools.Queries;

namespace PlaybookOperator.Tools.Http;

/// <summary>
/// A read over HTTP. Its key holds everything that the answer may depend on, the credential's header among it. What is kept leaves out the URL where it is
/// the request's own: it often comes from a secret, and whoever is served has it.
/// </summary>
internal sealed record HttpRead(HttpCall Call) : CacheableCall(KeyOf(Call))
{
    public override Value Keep(CallOutcome outcome)
    {
        var url = outcome.Result.GetMember("url");
        return Result(outcome.Result, outcome.Headers, url.ToText() == Call.Shown.Text ? Value.Null : url);
    }

    public override CallOutcome Restore(Value kept)
    {
        var headers = Value.Headers(kept.GetMember("headers"));
        var url = kept.GetMember("url");
        return new CallOutcome
        {
            Status = kept.GetMember("status_code").TryGetInteger(out var status) ? (int)status : null,
            Headers = headers,
            // What a redirect led to may be masked: then links are relative to what was asked for.
            Links = HttpTool.Links(headers, Uri.TryCreate(url.ToText(), UriKind.Absolute, out var answered) ? answered : Call.Url),
            Response = kept.GetMember("data"),
            Result = Result(kept, headers, url.Kind == ValueKind.Null ? Value.From(Call.Shown.Text) : url),
        };
    }

    private static Value Result(Value result, Value headers, Value url) => Value.Map([
        new("status_code", result.GetMember("status_code")),
        new("headers", headers),
        new("url", url),
        new("data", result.GetMember("data")),
        .. result.TryGetMember("encoding", out var encoding) ? [new KeyValuePair<string, Value>("encoding", encoding)] : Array.Empty<KeyValuePair<string, Value>>(),
    ]);

    private static QueryKey KeyOf(HttpCall call) => QueryKey.Of(
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
