using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Tools.Running;

/// <summary>Writes a result as JSON: without secrets, not larger and not deeper than it may be.</summary>
internal static class ResultText
{
    /// <summary>The text goes into a database and into JSON, never into a page: only what JSON itself needs is escaped.</summary>
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static (JsonElement Result, WorkError? Error) Write(Value value, SecretMask mask, long maxBytes, int maxDepth = DataLimits.MaxResultDepth)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, s_options))
        {
            if (Append(value, 1, new(writer, mask, maxBytes, maxDepth)) is { } error) return (default, error);
        }

        // A single long text is only seen whole.
        return buffer.WrittenCount > maxBytes ? (default, TooLarge(maxBytes)) : (JsonElement.Parse(buffer.WrittenSpan, DataLimits.Documents), null);
    }

    private static WorkError? Append(Value value, int depth, Sheet sheet)
    {
        if (sheet.Writer.BytesCommitted + sheet.Writer.BytesPending > sheet.MaxBytes) return TooLarge(sheet.MaxBytes);
        switch (value.Kind)
        {
            case ValueKind.List or ValueKind.Map when depth > sheet.MaxDepth:
                return new(WorkErrorKind.ResultTooLarge, $"The result {DataLimits.TooDeep}");
            case ValueKind.List:
                return AppendList(value, depth, sheet);
            case ValueKind.Map:
                return AppendMap(value, depth, sheet);
            case ValueKind.String:
                sheet.Writer.WriteStringValue(sheet.Mask.Apply(value.ToText()));
                return null;
            default:
                AppendScalar(value, sheet);
                return null;
        }
    }

    private static WorkError? AppendList(Value list, int depth, Sheet sheet)
    {
        sheet.Writer.WriteStartArray();
        foreach (var item in list.Items)
            if (Append(item, depth + 1, sheet) is { } error) return error;
        sheet.Writer.WriteEndArray();
        return null;
    }

    private static WorkError? AppendMap(Value map, int depth, Sheet sheet)
    {
        sheet.Writer.WriteStartObject();
        foreach (var (name, member) in map.Members)
        {
            sheet.Writer.WritePropertyName(sheet.Mask.Tells(name) ? sheet.Mask.Apply(name) : name);
            if (Append(member, depth + 1, sheet) is { } error) return error;
        }

        sheet.Writer.WriteEndObject();
        return null;
    }

    private static void AppendScalar(Value value, Sheet sheet)
    {
        if (!sheet.Mask.IsEmpty && value.Kind is (ValueKind.Integer or ValueKind.Float) && sheet.Mask.TellsNumber(value))
        {
            sheet.Writer.WriteStringValue(SecretMask.Replacement);
            return;
        }

        value.WriteTo(sheet.Writer);
    }

    private static WorkError TooLarge(long maxBytes) =>
        new(WorkErrorKind.ResultTooLarge, $"The result is larger than {maxBytes.ToString(CultureInfo.InvariantCulture)} bytes.");

    private sealed record Sheet(Utf8JsonWriter Writer, SecretMask Mask, long MaxBytes, int MaxDepth);
}
