namespace PlaybookOperator.Tools.Http;

/// <summary>
/// What a <c>Content-Type</c> says, read as leniently as browsers do: parameters in any order, empty ones passed over, and of several values, which come
/// of several headers, the last that is a type counts.
/// </summary>
/// <param name="Type">In lower case, such as <c>application/json</c>; empty when none is given.</param>
/// <param name="Charset">As written; null without one.</param>
/// <param name="Boundary">Of <c>multipart</c> types; null without one.</param>
internal sealed record MediaType(string Type, string? Charset, string? Boundary)
{
    private static readonly string[] s_binary = ["image/", "audio/", "video/", "font/"];

    public bool IsJson => Type is "application/json" or "text/json" || Type.EndsWith("+json", StringComparison.Ordinal);

    public bool IsForm => Type == "application/x-www-form-urlencoded";

    public bool IsMultipart => Type.StartsWith("multipart/", StringComparison.Ordinal);

    /// <summary>Bytes that mean nothing as text, also where they happen to be some.</summary>
    public bool IsBinary => !Type.EndsWith("+xml", StringComparison.Ordinal) && Array.Exists(s_binary, prefix => Type.StartsWith(prefix, StringComparison.Ordinal));

    public static MediaType Parse(string? header)
    {
        var found = new MediaType("", null, null);
        foreach (var value in HeaderParts.Split(header ?? "", ','))
        {
            var parts = HeaderParts.Split(value, ';');
            var type = parts[0].Trim().ToLowerInvariant();
            if (type.IndexOf('/') is not > 0 || type.EndsWith('/')) continue;
            var (charset, boundary) = (Parameter(parts, "charset"), Parameter(parts, "boundary"));
            // The same type once more, without what the first one said, takes nothing back.
            found = type == found.Type ? new MediaType(type, charset ?? found.Charset, boundary ?? found.Boundary) : new MediaType(type, charset, boundary);
        }

        return found;
    }

    private static string? Parameter(IReadOnlyList<string> parts, string name)
    {
        foreach (var part in parts.Skip(1))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || !part.AsSpan(0, equals).Trim().Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            var value = HeaderParts.Unquote(part.AsSpan(equals + 1).Trim());
            return value.Length == 0 ? null : value;
        }

        return null;
    }
}
