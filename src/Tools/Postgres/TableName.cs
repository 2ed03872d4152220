using System.Text;

namespace PlaybookOperator.Tools.Postgres;

/// <summary>A table as a playbook names it: <c>table</c> or <c>schema.table</c>, each part may stand in double quotes.</summary>
/// <param name="Text">As written.</param>
/// <param name="Exact">Quoted, in the letters of the playbook.</param>
/// <param name="Folded">Quoted, unquoted parts in lower case, as SQL would read them.</param>
internal sealed record TableName(string Text, string Exact, string Folded)
{
    private const int MaxParts = 3;

    /// <summary>Null when it is no name.</summary>
    public static TableName? Parse(string text)
    {
        var exact = new List<string>();
        var folded = new List<string>();
        var rest = text.AsSpan().Trim();
        while (true)
        {
            if (!TryTake(ref rest, out var part, out var wasQuoted)) return null;
            exact.Add(Quote(part));
            folded.Add(Quote(wasQuoted ? part : part.ToLowerInvariant()));
            if (rest.IsEmpty) break;
            if (rest[0] != '.' || exact.Count == MaxParts) return null;
            rest = rest[1..];
        }

        return new TableName(text, string.Join('.', exact), string.Join('.', folded));
    }

    /// <summary>An identifier that can never end its quotes.</summary>
    public static string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static bool TryTake(ref ReadOnlySpan<char> rest, out string part, out bool wasQuoted)
    {
        wasQuoted = rest.StartsWith('"');
        return wasQuoted ? TryTakeQuoted(ref rest, out part) : TryTakePlain(ref rest, out part);
    }

    private static bool TryTakePlain(ref ReadOnlySpan<char> rest, out string part)
    {
        var length = rest.IndexOf('.') is var dot and >= 0 ? dot : rest.Length;
        part = rest[..length].Trim().ToString();
        rest = rest[length..];
        return part.Length > 0 && !part.Contains('\0', StringComparison.Ordinal) && !part.Contains('"', StringComparison.Ordinal);
    }

    private static bool TryTakeQuoted(ref ReadOnlySpan<char> rest, out string part)
    {
        var name = new StringBuilder();
        var at = 1;
        for (; at < rest.Length; at++)
        {
            if (rest[at] == '"' && (at + 1 == rest.Length || rest[at + 1] != '"')) break;
            if (rest[at] == '"') at++;
            name.Append(rest[at]);
        }

        var isClosed = at < rest.Length;
        rest = isClosed ? rest[(at + 1)..] : [];
        part = name.ToString();
        return isClosed && part.Length > 0 && !part.Contains('\0', StringComparison.Ordinal);
    }
}
