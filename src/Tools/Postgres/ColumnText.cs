using System.Globalization;
using System.Text;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Tools.Postgres;

/// <summary>Reads Postgres' text form of a column: booleans, numbers, JSON and one-dimensional arrays become such values, the rest stays text.</summary>
internal static class ColumnText
{
    /// <param name="problem">Set when the value is beyond the limits of data.</param>
    public static Value Parse(string text, string type, ref DataProblem? problem)
    {
        if (type.EndsWith("[]", StringComparison.Ordinal)) return ParseArray(text, type[..^2], ref problem);
        return type switch
        {
            "boolean" => Value.From(text == "t"),
            "smallint" or "integer" or "bigint" or "oid" => Value.From(long.Parse(text, CultureInfo.InvariantCulture)),
            "real" or "double precision" or "numeric" => ParseNumber(text, ref problem),
            "json" or "jsonb" => ParseJson(text, ref problem),
            _ when type.StartsWith("numeric(", StringComparison.Ordinal) => ParseNumber(text, ref problem),
            _ when type.StartsWith("timestamp", StringComparison.Ordinal) => Value.From(ToIso(text)),
            _ => Value.From(text),
        };
    }

    /// <summary>NaN and infinities are no JSON numbers and stay text.</summary>
    private static Value ParseNumber(string text, ref DataProblem? problem) =>
        text[^1] is >= '0' and <= '9' ? ParseJson(text, ref problem) : Value.From(text);

    private static Value ParseJson(string text, ref DataProblem? problem)
    {
        if (Value.TryRead(Encoding.UTF8.GetBytes(text), "", out var value, out var wrong)) return value;
        problem ??= wrong;
        return Value.From(text);
    }

    /// <summary><c>2024-01-31 10:00:00.5+02</c> → <c>2024-01-31T10:00:00.5+02:00</c>.</summary>
    private static string ToIso(string text)
    {
        if (text.Length < 19 || text[10] != ' ') return text;
        var iso = $"{text[..10]}T{text[11..]}";
        return iso[^3] is '+' or '-' ? $"{iso}:00" : iso;
    }

    private static Value ParseArray(string text, string elementType, ref DataProblem? problem)
    {
        // Nested and shifted arrays are rare and stay text.
        if (!text.StartsWith('{') || text.StartsWith("{{", StringComparison.Ordinal)) return Value.From(text);
        var items = new List<Value>();
        var at = 1;
        while (at < text.Length && text[at] != '}')
        {
            items.Add(ReadElement(text, ref at, elementType, ref problem));
            if (at < text.Length && text[at] == ',') at++;
        }

        return Value.List(items);
    }

    private static Value ReadElement(string text, ref int at, string type, ref DataProblem? problem)
    {
        var element = new StringBuilder();
        var quoted = text[at] == '"';
        if (quoted) at++;
        while (at < text.Length && (quoted ? text[at] != '"' : text[at] is not (',' or '}')))
        {
            if (text[at] == '\\') at++;
            element.Append(text[at++]);
        }

        if (quoted) at++;
        var value = element.ToString();
        return !quoted && value == "NULL" ? Value.Null : Parse(value, type, ref problem);
    }
}
