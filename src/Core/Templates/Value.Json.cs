using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates;

public readonly partial struct Value
{
    /// <summary>
    /// Wraps a document without copying it: the members of a map or list become values when one of them is first read.
    /// Integers are exact at any size, and decimals keep their digits where a float would not print them back. The element's document must outlive the value.
    /// </summary>
    public static Value FromJson(JsonElement element) => JsonValues.From(element);

    /// <summary>Parses JSON that this program wrote into a value that owns its memory.</summary>
    /// <exception cref="JsonException">The text is not one JSON value, or nests deeper than <see cref="DataLimits.ReadDepth"/>.</exception>
    public static Value Parse(ReadOnlySpan<byte> utf8Json) => JsonValues.From(JsonElement.Parse(utf8Json, DataLimits.Documents));

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte})"/>
    public static Value Parse(string json) => JsonValues.From(JsonElement.Parse(json, DataLimits.Documents));

    /// <summary>Reads JSON that a user or a server sent, as <see cref="JsonData"/> does.</summary>
    /// <param name="utf8Json">Must not change afterwards.</param>
    /// <param name="field">Name of the value, with which the path in a problem begins; may be empty.</param>
    public static bool TryRead(
        ReadOnlyMemory<byte> utf8Json, string field, out Value value, [NotNullWhen(false)] out DataProblem? problem, int maxDepth = DataLimits.MaxDepth)
    {
        var isRead = JsonData.TryRead(utf8Json, field, out var element, out problem, maxDepth: maxDepth);
        value = isRead ? JsonValues.From(element) : Undefined;
        return isRead;
    }

    /// <summary>
    /// Writes the value as JSON. Floats keep a decimal point or exponent; not-a-number, infinities and undefined are written as null.
    /// </summary>
    public void WriteTo(Utf8JsonWriter writer) => JsonText.Write(writer, this);

    /// <summary>Compact JSON, members in their order.</summary>
    public string ToJson()
    {
        var builder = new StringBuilder();
        JsonText.Append(builder, this);
        return builder.ToString();
    }

    /// <summary>The value as a JSON element that owns its memory.</summary>
    public JsonElement ToJsonElement()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, JsonText.Compact))
        {
            WriteTo(writer);
        }

        return JsonElement.Parse(buffer.WrittenSpan, DataLimits.Documents);
    }

    /// <summary>
    /// The value inside a text: booleans as true and false, null and undefined as nothing, floats with a decimal point,
    /// strings as they are, lists and maps as compact JSON.
    /// </summary>
    public string ToText() => Kind switch
    {
        ValueKind.String => (string)_object!,
        ValueKind.Null or ValueKind.Undefined => string.Empty,
        ValueKind.Boolean => _bits != 0 ? "true" : "false",
        ValueKind.Integer => Arithmetic.IntegerText(this),
        ValueKind.Float => NumberText.Of(this),
        _ => ToJson(),
    };

    /// <summary>For debuggers and test output: the JSON form.</summary>
    public override string ToString() => Kind == ValueKind.Undefined ? "undefined" : ToJson();
}
