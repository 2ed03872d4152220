using System.Buffers;
using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates;

public readonly partial struct Value
{
    /// <summary>
    /// Wraps a document without copying it: the members of a map or list become values when one of them is first read.
    /// Integers are exact at any size; other numbers are floats. The element's document must outlive the value.
    /// </summary>
    public static Value FromJson(JsonElement element) => JsonValues.From(element);

    /// <summary>Parses JSON into a value that owns its memory.</summary>
    /// <exception cref="JsonException">The text is not one JSON value, or nests deeper than 64.</exception>
    public static Value Parse(ReadOnlySpan<byte> utf8Json) => JsonValues.From(JsonElement.Parse(utf8Json));

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte})"/>
    public static Value Parse(string json) => JsonValues.From(JsonElement.Parse(json));

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

        return JsonElement.Parse(buffer.WrittenSpan, new JsonDocumentOptions { MaxDepth = JsonText.Compact.MaxDepth });
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
        ValueKind.Float => NumberText.Of(FloatBits),
        _ => ToJson(),
    };

    /// <summary>For debuggers and test output: the JSON form.</summary>
    public override string ToString() => Kind == ValueKind.Undefined ? "undefined" : ToJson();
}
