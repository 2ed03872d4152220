using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Cli;

/// <summary>Answers as indented JSON.</summary>
internal static class JsonOutput
{
    /// <summary>For people and programs alike: letters stand as they are, for this never becomes part of HTML.</summary>
    public static JsonWriterOptions Indented { get; } = JsonText.Plain with { Indented = true };

    public static void Write(TextWriter output, JsonElement answer)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json, Indented)) answer.WriteTo(writer);
        output.WriteLine(Encoding.UTF8.GetString(json.ToArray()));
    }

    public static void Write(TextWriter output, IEnumerable<JsonElement> answers) => Write(output, JsonText.Write(writer =>
    {
        writer.WriteStartArray();
        foreach (var answer in answers) answer.WriteTo(writer);
        writer.WriteEndArray();
    }));
}
