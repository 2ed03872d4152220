using System.Buffers;
using System.Text.Json;

namespace PlaybookOperator.Core.Executions;

/// <summary>Builds small JSON documents for event contexts.</summary>
public static class JsonText
{
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
        using (var writer = new Utf8JsonWriter(buffer)) write(writer);
        var reader = new Utf8JsonReader(buffer.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }

    /// <summary>One map over another: maps member by member, everything else as a whole.</summary>
    public static JsonElement Merge(JsonElement below, JsonElement above) => Write(writer => WriteMerged(writer, below, above));

    private static void WriteMerged(Utf8JsonWriter writer, JsonElement below, JsonElement above)
    {
        if (below.ValueKind != JsonValueKind.Object || above.ValueKind != JsonValueKind.Object)
        {
            above.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        foreach (var member in below.EnumerateObject())
        {
            writer.WritePropertyName(member.Name);
            if (above.TryGetProperty(member.Name, out var value)) WriteMerged(writer, member.Value, value);
            else member.Value.WriteTo(writer);
        }

        foreach (var member in above.EnumerateObject())
            if (!below.TryGetProperty(member.Name, out _)) member.WriteTo(writer);
        writer.WriteEndObject();
    }

    /// <summary>The member of that name, or null when <paramref name="element"/> is no object or lacks it.</summary>
    public static JsonElement? Member(this JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty(name, out var member) ? member : null;
}
