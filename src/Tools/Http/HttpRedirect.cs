using System.Net;

namespace PlaybookOperator.Tools.Http;

/// <summary>Redirects are followed by hand, because credentials in headers of any name must stay with their origin.</summary>
internal static class HttpRedirect
{
    /// <summary>The call that a redirect asks for; null when the answer is none that can be followed.</summary>
    public static HttpCall? Next(HttpCall call, HttpResponseMessage response)
    {
        var isRedirect = response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
        if (!isRedirect || response.Headers.Location is not { } location) return null;
        if (!Uri.TryCreate(call.Url, location, out var url)) return null;
        var isDowngrade = call.Url.Scheme == Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttps;
        if (isDowngrade || url.Scheme is not ("http" or "https")) return null;
        var moved = call with { Url = url };
        if (!IsSameOrigin(call.Url, url)) moved = moved with { Headers = [.. call.Headers.Where(header => !call.Credentials.Contains(header.Name))] };
        if (KeepsMethod(call.Method, response.StatusCode)) return moved;
        // Without the body, what was said of it is no longer true.
        return moved with { Method = HttpMethod.Get, Body = null, Headers = [.. moved.Headers.Where(header => !header.Name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))] };
    }

    public static bool IsSameOrigin(Uri left, Uri right) =>
        Uri.Compare(left, right, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;

    /// <summary>As browsers do: 303 always becomes GET, 301 and 302 only for POST.</summary>
    private static bool KeepsMethod(HttpMethod method, HttpStatusCode status) => status switch
    {
        HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect => true,
        HttpStatusCode.SeeOther => method == HttpMethod.Head,
        _ => method != HttpMethod.Post,
    };
}
