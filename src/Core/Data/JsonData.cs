using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace PlaybookOperator.Core.Data;

/// <summary>
/// Reads JSON that users or servers sent. A byte order mark is passed over. Half a surrogate pair, which JSON may spell and text cannot hold, becomes U+FFFD in
/// values and in members' names. Of members of equal names the last one counts, unless they are refused. Numbers stay as they are written.
/// </summary>
public static class JsonData
{
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = DataLimits.MaxDocumentDepth };
    private static readonly JsonDocumentOptions s_strict = new() { MaxDepth = DataLimits.MaxDocumentDepth, AllowDuplicateProperties = false };

    /// <summary>Reads one value.</summary>
    /// <param name="utf8Json">Must not change afterwards: the value may rest on it.</param>
    /// <param name="field">Name of the value, with which the path in a problem begins; may be empty.</param>
    /// <param name="value">Owns its memory, apart from <paramref name="utf8Json"/>.</param>
    /// <param name="refuseRepeats">Members of equal names are a problem.</param>
    /// <param name="maxDepth">At most <see cref="DataLimits.MaxDocumentDepth"/>: for bodies that put levels of their own around a value.</param>
    public static bool TryRead(
        ReadOnlyMemory<byte> utf8Json, string field, out JsonElement value, [NotNullWhen(false)] out DataProblem? problem,
        bool refuseRepeats = false, int maxDepth = DataLimits.MaxDepth)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxDepth, DataLimits.MaxDocumentDepth);
        value = default;
        if (utf8Json.Span.StartsWith(Encoding.UTF8.Preamble)) utf8Json = utf8Json[Encoding.UTF8.Preamble.Length..];
        if (!Utf8.IsValid(utf8Json.Span))
        {
            problem = new DataProblem(DataFault.NotUtf8, field, "is not text in UTF-8.");
            return false;
        }

        utf8Json = LoneSurrogates.Mend(utf8Json);
        try
        {
            problem = DataLimits.Check(utf8Json.Span, field, maxDepth);
            if (problem is null) value = JsonDocument.Parse(utf8Json, refuseRepeats ? s_strict : s_options).RootElement;
        }
        catch (JsonException malformed)
        {
            problem = Malformed(utf8Json, field, malformed, refuseRepeats);
        }

        return problem is null;
    }

    /// <inheritdoc cref="TryRead(ReadOnlyMemory{byte}, string, out JsonElement, out DataProblem?, bool, int)"/>
    public static bool TryRead(string json, string field, out JsonElement value, [NotNullWhen(false)] out DataProblem? problem) =>
        TryRead(Encoding.UTF8.GetBytes(json), field, out value, out problem);

    /// <summary>A copy that can be changed. Of members of equal names the last one counts, at the first one's place.</summary>
    /// <param name="value">Within <see cref="DataLimits.ReadDepth"/>.</param>
    public static JsonNode? ToNode(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var map = new JsonObject();
                foreach (var member in value.EnumerateObject()) map[member.Name] = ToNode(member.Value);
                return map;
            case JsonValueKind.Array:
                return new JsonArray([.. value.EnumerateArray().Select(ToNode)]);
            case JsonValueKind.Null or JsonValueKind.Undefined:
                return null;
            default:
                return JsonValue.Create(value);
        }
    }

    private static DataProblem Malformed(ReadOnlyMemory<byte> utf8, string field, JsonException malformed, bool refuseRepeats)
    {
        // What is JSON but for the names was refused for them; the platform's message quotes the name.
        if (refuseRepeats && IsJson(utf8)) return new DataProblem(DataFault.RepeatedName, field, $"has a member twice: {malformed.Message}");
        return new DataProblem(DataFault.NotJson, field, string.Create(CultureInfo.InvariantCulture,
            $"is not JSON: something else is wanted at line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1}."));
    }

    private static bool IsJson(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, s_options);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
