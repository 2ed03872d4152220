using System.Globalization;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Http;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Tools.Running;

/// <summary>Makes the request for the next page out of the previous one. Values are immutable: no page ever changes another's request.</summary>
internal static class RequestMerge
{
    /// <summary>Lays the rendered <c>next_call</c> over the previous settings: params and headers by key, url and body as a whole.</summary>
    public static (Value Request, WorkError? Error) Over(Value previous, Value next, SecretMask mask)
    {
        var request = previous;
        foreach (var (key, value) in next.Members)
        {
            if (value.Kind is ValueKind.Null or ValueKind.Undefined) continue;
            if (key == "url")
            {
                var (moved, error) = Move(request, value, mask);
                if (error is not null) return (request, error);
                request = moved;
            }
            else
            {
                request = With(request, key, key switch
                {
                    "headers" => Maps(request.GetMember(key), value, StringComparer.OrdinalIgnoreCase),
                    "params" => Deep(request.GetMember(key), value),
                    _ => value,
                });
            }
        }

        return (request, null);
    }

    /// <summary>Two maps become one, <paramref name="over"/> wins; if either is no map, <paramref name="over"/> is all.</summary>
    public static Value Maps(Value under, Value over, StringComparer names)
    {
        if (under.Kind != ValueKind.Map || over.Kind != ValueKind.Map) return over;
        var replaced = over.Members.Select(member => member.Key).ToHashSet(names);
        return Value.Map(under.Members.Where(member => !replaced.Contains(member.Key)).Concat(over.Members));
    }

    private static Value Deep(Value under, Value over)
    {
        if (under.Kind != ValueKind.Map || over.Kind != ValueKind.Map) return over;
        return Maps(under, Value.Map(over.Members.Select(member => KeyValuePair.Create(member.Key, Deep(under.GetMember(member.Key), member.Value)))), StringComparer.Ordinal);
    }

    /// <summary>Without <c>next_call</c>: a numeric <c>page</c> goes up by one, else <c>offset</c> by <c>limit</c> or <c>pageSize</c>. Null: there is neither.</summary>
    public static Value? CountUp(Value previous)
    {
        var parameters = Parameters(previous);
        if (Number(parameters, "page") is { } page) return WithParameter(previous, "page", page + 1);
        if (Number(parameters, "offset") is not { } offset) return null;
        return (Number(parameters, "limit") ?? Number(parameters, "pageSize")) is { } step and > 0 ? WithParameter(previous, "offset", offset + step) : null;
    }

    /// <summary>
    /// To another URL, which may be relative to the previous one. Inherited parameters that it has in its own query give way to it.
    /// Credentials do not follow to another origin: whoever wrote the link could then read them.
    /// </summary>
    private static (Value Request, WorkError? Error) Move(Value request, Value next, SecretMask mask)
    {
        var previous = Uri.TryCreate(request.GetMember("url").ToText(), UriKind.Absolute, out var from) ? from : null;
        if (!Uri.TryCreate(previous, next.ToText(), out var url) && !Uri.TryCreate(next.ToText(), UriKind.Absolute, out url))
            return (request, CallErrors.Configuration("retry.on_success.next_call.url", $"must be a URL, not {SettingsReader.Show(next, mask)}."));
        if (previous is not null && !HttpRedirect.IsSameOrigin(previous, url) && CarriesCredentials(request))
            return (request, CallErrors.Configuration("retry.on_success.next_call.url", $"leads from {Place(previous, request.GetMember("url").ToText(), mask)} to {Place(url, next.ToText(), mask)}, where the credentials of this step must not go."));
        var own = HttpQuery.Read(url.Query).Select(pair => pair.Name).ToHashSet(StringComparer.Ordinal);
        var inherited = request.GetMember("params");
        var moved = With(request, "url", Value.From(url.AbsoluteUri));
        return (inherited.Kind == ValueKind.Map ? With(moved, "params", Value.Map(inherited.Members.Where(member => !own.Contains(member.Key)))) : moved, null);
    }

    private static string Place(Uri url, string written, SecretMask mask) => ShownUrl.Of(written, url, mask).IsSecret ? SecretMask.Replacement : mask.Apply(url.Authority);

    private static bool CarriesCredentials(Value request) =>
        request.GetMember("auth").IsTruthy
        || request.GetMember("headers").Members.Any(header => header.Key.ToLowerInvariant() is "authorization" or "cookie" or "x-api-key");

    private static Dictionary<string, string> Parameters(Value request)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Uri.TryCreate(request.GetMember("url").ToText(), UriKind.Absolute, out var url))
            foreach (var (name, value) in HttpQuery.Read(url.Query)) parameters[name] = value;
        foreach (var (name, value) in request.GetMember("params").Members) parameters[name] = value.ToText();
        return parameters;
    }

    private static long? Number(Dictionary<string, string> parameters, string name) =>
        long.TryParse(parameters.GetValueOrDefault(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static Value WithParameter(Value request, string name, long number) =>
        With(request, "params", Maps(
            request.GetMember("params") is { Kind: ValueKind.Map } existing ? existing : Value.Map([]),
            Value.Map([new(name, Value.From(number))]),
            StringComparer.Ordinal));

    private static Value With(Value map, string key, Value value) =>
        Value.Map(map.Members.Where(member => member.Key != key).Append(new(key, value)));
}
