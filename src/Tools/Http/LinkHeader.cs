using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Tools.Http;

/// <summary>The <c>Link</c> header of an answer by relation, as RFC 8288 has it.</summary>
internal static class LinkHeader
{
    private static readonly Value s_none = Value.Map([]);

    /// <summary>
    /// A map from relation type in lower case to <c>{url, …}</c>: the absolute URL, and the link's other parameters as texts. Of several links of one
    /// relation the first counts. Links with an anchor are about something else than the answer, and are left out.
    /// </summary>
    /// <param name="header">All values, joined by commas; empty without the header.</param>
    /// <param name="request">What relative references are relative to.</param>
    public static Value Parse(string header, Uri request)
    {
        if (header.Length == 0) return s_none;
        var links = new List<KeyValuePair<string, Value>>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var link in HeaderParts.Split(header, ','))
        {
            var parts = HeaderParts.Split(link, ';');
            var target = parts[0].Trim();
            if (!target.StartsWith('<') || !target.EndsWith('>')) continue;
            var parameters = Parameters(parts);
            if (parameters.ContainsKey("anchor") || !parameters.Remove("rel", out var relations)) continue;
            if (!Uri.TryCreate(request, target[1..^1].Trim(), out var url)) continue;
            parameters["url"] = url.AbsoluteUri;
            var value = Value.Map(parameters.Select(parameter => KeyValuePair.Create(parameter.Key, Value.From(parameter.Value))));
            foreach (var relation in relations.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
                if (seen.Add(relation)) links.Add(new(relation, value));
        }

        return Value.Map(links);
    }

    /// <summary>Of a parameter that stands several times the first counts.</summary>
    private static SortedDictionary<string, string> Parameters(IReadOnlyList<string> parts)
    {
        var parameters = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in parts.Skip(1))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = (equals < 0 ? part : part[..equals]).Trim().ToLowerInvariant();
            if (name.Length > 0) parameters.TryAdd(name, equals < 0 ? "" : HeaderParts.Unquote(part.AsSpan(equals + 1).Trim()));
        }

        return parameters;
    }
}
