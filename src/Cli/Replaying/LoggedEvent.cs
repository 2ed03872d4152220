using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Cli.Replaying;

/// <summary>One line of a log as <c>--events</c> and the API write it.</summary>
/// <param name="Line">Where it stands, from 1.</param>
/// <param name="Event">Without what the line does not say: run and delivery.</param>
/// <param name="Status">As written; it may be none of the known ones.</param>
/// <param name="Type">As written; it may be none of the known ones.</param>
internal sealed record LoggedEvent(int Line, string ExecutionId, string? ParentId, ExecutionEvent Event, string Status, string Type)
{
    public bool HasKnownType => EventTypes.TryParse(Type, out _);

    /// <summary>Null, and a sentence, when the line is no event.</summary>
    public static LoggedEvent? Read(int number, string line, out string? problem)
    {
        problem = null;
        JsonElement root;
        try
        {
            root = JsonElement.Parse(line, DataLimits.Documents);
        }
        catch (JsonException malformed)
        {
            problem = IsCutOff(line)
                ? "is not JSON: it ends in the middle; one object a line is expected."
                : $"is not JSON, from byte {malformed.BytePositionInLine + 1} of the line on; one object a line is expected.";
            return null;
        }

        if (root.ValueKind != JsonValueKind.Object) problem = "must be a JSON object.";
        else if (Text(root, "execution_id") is not { Length: > 0 }) problem = "execution_id is required: a string.";
        else if (Number(root, "event_id") is null) problem = "event_id is required: an integer.";
        else if (Text(root, "event_type") is null) problem = "event_type is required: a string.";
        else if (Text(root, "status") is null) problem = "status is required: a string.";
        else if (Time(root) is null) problem = "created_at is required: an RFC 3339 time.";
        return problem is null ? Read(number, root) : null;
    }

    /// <summary>Whether the line is JSON as far as it goes, and goes not far enough.</summary>
    public static bool IsCutOff(string line)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(line), isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = DataLimits.ReadDepth }));
            while (reader.Read())
            {
            }

            return reader.TokenType == JsonTokenType.None || reader.CurrentDepth > 0 || reader.BytesConsumed < Encoding.UTF8.GetByteCount(line);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static LoggedEvent Read(int number, JsonElement root)
    {
        var type = Text(root, "event_type")!;
        var status = Text(root, "status")!;
        var happened = new ExecutionEvent
        {
            EventId = Number(root, "event_id")!.Value,
            Type = EventTypes.TryParse(type, out var known) ? known : default,
            Status = Enum.TryParse<EventStatus>(status, ignoreCase: true, out var word) ? word : default,
            CreatedAt = Time(root)!.Value,
            Step = Text(root, "step"),
            Epoch = (int?)Number(root, "epoch"),
            IterationIndex = Number(root, "iteration_index"),
            Attempt = (int?)Number(root, "attempt"),
            DurationMs = root.TryGetProperty("duration_ms", out var duration) && duration.ValueKind == JsonValueKind.Number ? duration.GetDouble() : null,
            Context = Json(root, "context"),
            Result = Json(root, "result"),
            Error = Text(root, "error"),
        };
        return new LoggedEvent(number, Text(root, "execution_id")!, Text(root, "parent_execution_id"), happened, status, type);
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Ids may be written as strings too.</summary>
    private static long? Number(JsonElement root, string name) => root.TryGetProperty(name, out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetInt64(out var number) => number,
            JsonValueKind.String when long.TryParse(value.GetString(), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) => number,
            _ => null,
        }
        : null;

    private static DateTimeOffset? Time(JsonElement root) =>
        root.TryGetProperty("created_at", out var value) && value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var at) ? at : null;

    private static JsonElement? Json(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? value : null;
}
