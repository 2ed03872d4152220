using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PlaybookOperator.Core.Templates.Values;

/// <summary>Writing values as JSON text.</summary>
internal static class JsonText
{
    /// <summary>Compact, characters outside ASCII as they are.</summary>
    public static readonly JsonWriterOptions Compact = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 1000,
        SkipValidation = true,
    };

    public static void Write(Utf8JsonWriter writer, Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.List when value.AsStorage is JsonList list:
                list.Element.WriteTo(writer);
                break;
            case ValueKind.List:
                writer.WriteStartArray();
                foreach (var item in value.Items)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case ValueKind.Map when value.AsStorage is JsonMap map:
                map.Element.WriteTo(writer);
                break;
            case ValueKind.Map:
                WriteMap(writer, value);
                break;
            case ValueKind.String:
                writer.WriteStringValue(WellFormed(value.AsString!));
                break;
            default:
                writer.WriteRawValue(Scalar(value), skipInputValidation: true);
                break;
        }
    }

    private static void WriteMap(Utf8JsonWriter writer, Value value)
    {
        writer.WriteStartObject();
        foreach (var member in value.Members)
        {
            writer.WritePropertyName(WellFormed(member.Key));
            Write(writer, member.Value);
        }

        writer.WriteEndObject();
    }

    /// <summary>The JSON text of anything but a list or map.</summary>
    public static string Scalar(Value value) => value.Kind switch
    {
        ValueKind.String => Quoted(value.AsString!),
        ValueKind.Boolean => value.Bits != 0 ? "true" : "false",
        ValueKind.Integer => Arithmetic.IntegerText(value),
        ValueKind.Float when double.IsFinite(value.FloatBits) || value.AsWritten is not null => NumberText.Of(value),
        _ => "null",
    };

    public static string Quoted(string text)
    {
        var builder = new StringBuilder(text.Length + 2);
        AppendQuoted(builder, text);
        return builder.ToString();
    }

    /// <summary>Compact JSON in characters; unlike the platform's writer it leaves all characters beyond ASCII alone.</summary>
    /// <param name="most">Characters after which nothing more is written, so that the text is then longer than that.</param>
    public static void Append(StringBuilder builder, Value value, int most = int.MaxValue)
    {
        switch (value.Kind)
        {
            case ValueKind.String:
                AppendQuoted(builder, value.AsString!);
                break;
            case ValueKind.List:
                builder.Append('[');
                var list = value.AsList!;
                for (var index = 0L; index < list.Count && builder.Length <= most; index++)
                {
                    Append(index > 0 ? builder.Append(',') : builder, list.Get(index), most);
                }

                builder.Append(']');
                break;
            case ValueKind.Map:
                AppendMembers(builder, value.AsMap!.Entries, most);
                break;
            default:
                builder.Append(Scalar(value));
                break;
        }
    }

    private static void AppendMembers(StringBuilder builder, IEnumerable<KeyValuePair<string, Value>> members, int most)
    {
        var separator = '{';
        foreach (var member in members)
        {
            AppendQuoted(builder.Append(separator), member.Key);
            Append(builder.Append(':'), member.Value, most);
            separator = ',';
            if (builder.Length > most) return;
        }

        builder.Append(separator == '{' ? "{}" : "}");
    }

    public static void AppendQuoted(StringBuilder builder, string text)
    {
        builder.Append('"');
        foreach (var letter in WellFormed(text))
        {
            _ = letter switch
            {
                '"' => builder.Append("\\\""),
                '\\' => builder.Append("\\\\"),
                '\n' => builder.Append("\\n"),
                '\r' => builder.Append("\\r"),
                '\t' => builder.Append("\\t"),
                '\b' => builder.Append("\\b"),
                '\f' => builder.Append("\\f"),
                < ' ' or '\u007f' => builder.Append("\\u").Append(((int)letter).ToString("x4", CultureInfo.InvariantCulture)),
                _ => builder.Append(letter),
            };
        }

        builder.Append('"');
    }

    /// <summary>The text with U+FFFD in place of surrogates that lack their other half.</summary>
    public static string WellFormed(string text)
    {
        if (!CodePoints.HasSurrogates(text))
        {
            return text;
        }

        var builder = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            builder.Append(rune.ToString());
        }

        return builder.ToString();
    }

    /// <summary>Reads a quoted JSON string whose escapes name lone surrogates.</summary>
    public static string LenientText(string quoted)
    {
        var builder = new StringBuilder(quoted.Length);
        for (var at = 1; at < quoted.Length - 1; at++)
        {
            if (quoted[at] != '\\')
            {
                builder.Append(quoted[at]);
                continue;
            }

            at++;
            if (quoted[at] == 'u')
            {
                builder.Append((char)ushort.Parse(quoted.AsSpan(at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                at += 4;
                continue;
            }

            builder.Append(quoted[at] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'b' => '\b', 'f' => '\f', var other => other });
        }

        return WellFormed(builder.ToString());
    }
}
