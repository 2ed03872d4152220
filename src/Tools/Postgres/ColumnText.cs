using System.Globalization;
using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Tools.Postgres;

/// <summary>Reads Postgres' text form of a column: booleans, numbers, JSON and one-dimensional arrays become such values, the rest stays text.</summary>
internal static class ColumnText
{
    public static Value Parse(string text, string type)
    {
        if (type.EndsWith("[]", StringComparison.Ordinal)) return ParseArray(text, type[..^2]);
        return type switch
        {
            "boolean" => Value.From(text == "t"),
            "smallint" or "integer" or "bigint" or "oid" => Value.From(long.Parse(text, CultureInfo.InvariantCulture)),
            "real" or "double precision" or "numeric" => ParseNumber(text),
            "json" or "jsonb" => ParseJson(text),
            _ when type.StartsWith("numeric(", StringComparison.Ordinal) => ParseNumber(text),
            _ when type.StartsWith("timestamp", StringComparison.Ordinal) => Value.From(ToIso(text)),
            _ => Value.From(text),
        };
    }

    /// <summary>NaN and infinities are no JSON numbers and stay text.</summary>
    private static Value ParseNumber(string text) =>
        text[^1] is >= '0' and <= '9' ? Value.Parse(Encoding.UTF8.GetBytes(text)) : Value.From(text);

    private static Value ParseJson(string text)
    {
        try
        {
            return Value.Parse(Encoding.UTF8.GetBytes(text));
        }
        catch (JsonException)
        {
            // Deeper than we read: the text is all there is to give.
            return Value.From(text);
        }
    }

    /// <summary><c>2024-01-31 10:00:00.5+02</c> → <c>2024-01-31T10:00:00.5+02:00</c>.</summary>
    private static string ToIso(string text)
    {
        if (text.Length < 19 || text[10] != ' ') return text;
        var iso = $"{text[..10]}T{text[11..]}";
        return iso[^3] is '+' or '-' ? $"{iso}:00" : iso;
    }

    private static Value ParseArray(string text, string elementType)
    {
        // Nested and shifted arrays are rare and stay text.
        if (!text.StartsWith('{') || text.StartsWith("{{", StringComparison.Ordinal)) return Value.From(text);
        var items = new List<Value>();
        var at = 1;
        while (at < text.Length && text[at] != '}')
        {
            items.Add(ReadElement(text, ref at, elementType));
            if (at < text.Length && text[at] == ',') at++;
        }

        return Value.List(items);
    }

    private static Value ReadElement(string text, ref int at, string type)
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
        return !quoted && value == "NULL" ? Value.Null : Parse(value, type);
    }
}
