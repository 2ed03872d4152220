using System.Globalization;
using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Tools.Postgres;

/// <summary>
/// Values as bound parameters. Each is sent as text of an unstated type, so that the server reads it as what the statement or the column asks for,
/// as it reads a literal: the text '5' fits an integer, JSON fits jsonb. Nothing is ever put into the statement.
/// </summary>
internal static class BoundText
{
    public static NpgsqlParameter Parameter(string? text, string? name = null) => new()
    {
        ParameterName = name ?? "",
        NpgsqlDbType = NpgsqlDbType.Unknown,
        Value = text is null ? DBNull.Value : text,
    };

    /// <summary>For a parameter whose column is not known: lists and maps as JSON.</summary>
    public static string? Of(Value value) => value.Kind is ValueKind.Null or ValueKind.Undefined ? null : value.ToText();

    /// <summary>For a column: JSON, whole numbers and arrays are spelled as their types want them.</summary>
    public static string? Of(Value value, ColumnFamily family)
    {
        if (value.Kind is ValueKind.Null or ValueKind.Undefined) return null;
        return family switch
        {
            ColumnFamily.Json => Json(value),
            ColumnFamily.Integer when value.Kind == ValueKind.Float => WholeNumber(value),
            ColumnFamily.Array when value.Kind == ValueKind.List => Array(value),
            _ => value.ToText(),
        };
    }

    /// <summary>A text that is a JSON object or list goes in as such, any other text as a JSON string.</summary>
    private static string Json(Value value)
    {
        if (!value.TryGetString(out var text)) return value.ToJson();
        return IsJsonStructure(text) ? text : value.ToJson();
    }

    private static bool IsJsonStructure(string text)
    {
        if (!text.AsSpan().TrimStart().StartsWith('{') && !text.AsSpan().TrimStart().StartsWith('[')) return false;
        try
        {
            using var document = JsonDocument.Parse(text, DataLimits.Documents);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>5.0 is a whole number although templates print its point; 5.5 goes to the server as it is, to be refused there.</summary>
    private static string WholeNumber(Value value) =>
        value.ToText() is var text && DecimalText.Truncate(text) is { } whole && whole.ToString(CultureInfo.InvariantCulture) is var digits && DecimalText.AreEqual(text, digits)
            ? digits
            : text;

    private static string Array(Value list)
    {
        var text = new StringBuilder("{");
        foreach (var item in list.Items)
        {
            if (text.Length > 1) text.Append(',');
            if (item.Kind is ValueKind.Null or ValueKind.Undefined) text.Append("NULL");
            else if (item.Kind == ValueKind.List) text.Append(Array(item));
            else text.Append('"').Append(item.ToText().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
        }

        return text.Append('}').ToString();
    }
}
