using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using PlaybookOperator.Core.Data;

namespace PlaybookOperator.Core.Executions;

/// <summary>Builds small JSON documents for event contexts.</summary>
public static class JsonText
{
    /// <summary>Escapes only what JSON must: what is written so never stands inside HTML.</summary>
    public static JsonWriterOptions Plain { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The empty object, <c>{}</c>.</summary>
    public static JsonElement EmptyObject { get; } = Object(static _ => { });

    /// <summary>An object whose members <paramref name="write"/> writes.</summary>
    public static JsonElement Object(Action<Utf8JsonWriter> write) => Write(writer =>
    {
        writer.WriteStartObject();
        write(writer);
        writer.WriteEndObject();
    });

    /// <summary>The single value that <paramref name="write"/> writes.</summary>
    public static JsonElement Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Plain)) write(writer);
        return JsonElement.Parse(buffer.WrittenSpan, DataLimits.Documents);
    }

    /// <summary>An instant as RFC 3339 in UTC, ending in <c>Z</c>, with as many digits of the second as it has.</summary>
    public static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>Two objects become one, maps deeply; elsewhere <paramref name="over"/> wins.</summary>
    public static JsonElement Merge(JsonElement under, JsonElement over)
    {
        if (under.ValueKind != JsonValueKind.Object || over.ValueKind != JsonValueKind.Object) return over;
        return Object(writer =>
        {
            foreach (var member in under.EnumerateObject())
            {
                writer.WritePropertyName(member.Name);
                (over.TryGetProperty(member.Name, out var above) ? Merge(member.Value, above) : member.Value).WriteTo(writer);
            }

            foreach (var member in over.EnumerateObject())
                if (!under.TryGetProperty(member.Name, out _)) member.WriteTo(writer);
        });
    }

    /// <summary>The member of that name, or null when <paramref name="element"/> is no object or lacks it.</summary>
    public static JsonElement? Member(this JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty(name, out var member) ? member : null;
}
