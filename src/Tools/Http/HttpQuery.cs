using System.Text;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Tools.Http;

/// <summary>Query parameters: pairs in order, names may repeat.</summary>
internal static class HttpQuery
{
    /// <summary>Lays <c>params</c> over the query of the URL: a parameter replaces what the URL has under its name, lists repeat it, null leaves it out.</summary>
    public static Uri Merge(Uri url, SettingsReader settings)
    {
        var given = settings.Members("params").ToList();
        if (given.Count == 0) return url;
        var names = given.Select(pair => pair.Key).ToHashSet(StringComparer.Ordinal);
        var pairs = Read(url.Query).Where(pair => !names.Contains(pair.Name)).ToList();
        pairs.AddRange(Pairs(given));
        try
        {
            return new UriBuilder(url) { Query = Write(pairs) }.Uri;
        }
        catch (UriFormatException exception)
        {
            settings.Fail("params", $"make a URL that cannot be sent: {exception.Message}");
            return url;
        }
    }

    /// <summary>What a map gives, in a query as in a form: a list repeats its name, null is left out.</summary>
    public static IEnumerable<(string Name, string Value)> Pairs(IEnumerable<KeyValuePair<string, Value>> given)
    {
        foreach (var (name, value) in given)
        {
            if (value.Kind is ValueKind.Null) continue;
            foreach (var one in value.Kind == ValueKind.List ? value.Items : [value]) yield return (name, one.ToText());
        }
    }

    /// <summary>The decoded pairs of a query, with or without its question mark.</summary>
    public static IEnumerable<(string Name, string Value)> Read(string query)
    {
        foreach (var part in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            yield return equals < 0 ? (Decode(part), "") : (Decode(part[..equals]), Decode(part[(equals + 1)..]));
        }
    }

    public static string Write(IEnumerable<(string Name, string Value)> pairs)
    {
        var query = new StringBuilder();
        foreach (var (name, value) in pairs)
        {
            if (query.Length > 0) query.Append('&');
            query.Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
        }

        return query.ToString();
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
