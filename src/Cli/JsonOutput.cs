using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Cli;

/// <summary>Answers as indented JSON.</summary>
internal static class JsonOutput
{
    public static void Write(TextWriter output, JsonElement answer)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Indented = true })) answer.WriteTo(writer);
        output.WriteLine(Encoding.UTF8.GetString(json.ToArray()));
    }

    public static void Write(TextWriter output, IEnumerable<JsonElement> answers) => Write(output, JsonText.Write(writer =>
    {
        writer.WriteStartArray();
        foreach (var answer in answers) answer.WriteTo(writer);
        writer.WriteEndArray();
    }));
}
