using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>
/// JSON values as the text of a <c>jsonb</c> column. Some valid JSON has no place in <c>jsonb</c>: <c>\u0000</c>, lone surrogates, numbers with
/// an exponent upwards, which would come back as integers, very deep nesting. Such a value is stored whole as <c>{"$json": "…its text…"}</c> and reads back exactly; so no report can
/// break the transaction that it arrives in.
/// </summary>
internal static class JsonColumn
{
    private const string Wrapper = "$json";

    /// <summary>Levels of nesting that are stored as they are: far below what the server's stack takes.</summary>
    private const int MaxPlainDepth = 200;

    private const int MaxDepth = 10_000;

    /// <summary>Digits behind the point that a number with an exponent may come to: a float, in the form that <c>jsonb</c> gives back, prints as it did.</summary>
    private const int MaxPlainExponent = 300;

    /// <summary>Characters of a number with an exponent that is a float.</summary>
    private const int MaxFloatLength = 24;

    private const int MaxPlainDigits = 2_000;

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = MaxDepth };

    public static JsonElement Null { get; } = JsonText.Write(static writer => writer.WriteNullValue());

    public static string? Write(JsonElement? value) => value is { } json ? Write(json) : null;

    public static string Write(JsonElement value)
    {
        var utf8 = JsonMarshal.GetRawUtf8Value(value);
        return IsPlain(utf8) ? Encoding.UTF8.GetString(utf8) : Wrap(Encoding.UTF8.GetString(utf8));
    }

    public static JsonElement? Read(string? text)
    {
        if (text is null) return null;
        var value = Parse(text);
        return text.StartsWith("{\"" + Wrapper + "\"", StringComparison.Ordinal) && Wrapped(value) is { } inner ? Parse(inner) : value;
    }

    /// <summary>The text of a <c>json</c> column, which holds any valid JSON.</summary>
    public static JsonElement Parse(string text) => JsonElement.Parse(text, s_options);

    private static string Wrap(string text) => JsonText.Object(writer => writer.WriteString(Wrapper, text)).GetRawText();

    private static string? Wrapped(JsonElement value) =>
        value.EnumerateObject().Count() == 1 && value.EnumerateObject().First().Value is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static bool IsPlain(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            if (reader.CurrentDepth > MaxPlainDepth || !IsPlain(ref reader)) return false;
        }

        return true;
    }

    private static bool IsPlain(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Number => IsPlainNumber(reader.ValueSpan),
        // A value that looks like a wrapper is wrapped itself.
        JsonTokenType.PropertyName when reader.CurrentDepth == 1 && reader.ValueTextEquals(Wrapper) => false,
        JsonTokenType.PropertyName or JsonTokenType.String => !reader.ValueIsEscaped || IsPlainText(reader.ValueSpan),
        _ => true,
    };

    private static bool IsPlainNumber(ReadOnlySpan<byte> number)
    {
        if (number.Length > MaxPlainDigits) return false;
        // There is no zero with a sign in jsonb.
        if (number.StartsWith("-0"u8) && number.IndexOfAnyInRange((byte)'1', (byte)'9') < 0) return false;
        var e = number.IndexOfAny((byte)'e', (byte)'E');
        // An exponent upwards is written out there, and a float becomes an integer.
        return e < 0 || (number.Length <= MaxFloatLength
            && int.TryParse(number[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
            && exponent is < 0 and >= -MaxPlainExponent);
    }

    /// <summary>Whether the escapes of a raw JSON string name no NUL and only whole surrogate pairs.</summary>
    private static bool IsPlainText(ReadOnlySpan<byte> raw)
    {
        while (raw.IndexOf((byte)'\\') is var at and >= 0)
        {
            raw = raw[at..];
            if (raw[1] != 'u')
            {
                raw = raw[2..];
                continue;
            }

            var unit = Unit(raw);
            if (unit == '\0' || char.IsLowSurrogate(unit)) return false;
            raw = raw[6..];
            if (!char.IsHighSurrogate(unit)) continue;
            if (raw.Length < 6 || raw[0] != '\\' || raw[1] != 'u' || !char.IsLowSurrogate(Unit(raw))) return false;
            raw = raw[6..];
        }

        return true;
    }

    private static char Unit(ReadOnlySpan<byte> escape) => (char)ushort.Parse(escape.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
