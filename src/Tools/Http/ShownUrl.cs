using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Tools.Http;

/// <summary>
/// A URL as results and errors show it: without user information, query and fragment, which may hold secrets. One that was made with a secret is shown as
/// it was written, masked: in the normal form the secret would read otherwise, and nobody would recognise it.
/// </summary>
/// <param name="Text">To be shown.</param>
/// <param name="IsSecret">A part of it is a secret; so its host may be.</param>
internal sealed record ShownUrl(string Text, bool IsSecret)
{
    /// <param name="written">The text that was read.</param>
    /// <param name="url">What it means.</param>
    /// <param name="mask">Knows the secrets.</param>
    public static ShownUrl Of(string written, Uri url, SecretMask mask)
    {
        var masked = mask.Apply(written.Trim());
        return masked == written.Trim()
            ? new ShownUrl(url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped), IsSecret: false)
            : new ShownUrl(WithoutUser(WithoutQuery(masked, url)), IsSecret: true);
    }

    /// <summary>Where a redirect leads. Of a secret's own server everything is secret, since all of it says which one that is.</summary>
    public static ShownUrl OfRedirect(HttpCall from, Uri to, SecretMask mask)
    {
        var shown = Of(to.AbsoluteUri, to, mask);
        return shown.IsSecret || !from.Shown.IsSecret || !IsSameHost(from.Url, to) ? shown : new ShownUrl(SecretMask.Replacement, IsSecret: true);
    }

    /// <summary>A sentence of a library that may name the host.</summary>
    public string Hide(string reason, Uri url)
    {
        if (!IsSecret) return reason;
        foreach (var host in (string[])[url.IdnHost, url.DnsSafeHost, url.Host])
            reason = reason.Replace(host, SecretMask.Replacement, StringComparison.OrdinalIgnoreCase);
        return reason;
    }

    private static bool IsSameHost(Uri left, Uri right) => left.IdnHost.Equals(right.IdnHost, StringComparison.OrdinalIgnoreCase);

    private static string WithoutQuery(string masked, Uri url)
    {
        var end = masked.AsSpan().IndexOfAny('?', '#');
        if (end >= 0) return masked[..end];
        // The mark of the query is within a secret: what follows that secret belongs to the query too.
        return url.Query.Length + url.Fragment.Length == 0
            ? masked
            : masked[..(masked.LastIndexOf(SecretMask.Replacement, StringComparison.Ordinal) + SecretMask.Replacement.Length)];
    }

    private static string WithoutUser(string masked)
    {
        var scheme = masked.IndexOf("://", StringComparison.Ordinal);
        var start = scheme < 0 ? 0 : scheme + 3;
        var slash = masked.IndexOf('/', start);
        var at = masked.LastIndexOf('@', (slash < 0 ? masked.Length : slash) - 1);
        return at < start ? masked : $"{(scheme < 0 ? SecretMask.Replacement : masked[..start])}{masked[(at + 1)..]}";
    }
}
