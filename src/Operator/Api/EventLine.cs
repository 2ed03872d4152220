using System.Text.Json;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Operator.Api;

/// <summary>An event as one JSON object, in the shape of the API: for logs written as NDJSON.</summary>
public static class EventLine
{
    public static void Write(Stream stream, ExecutionId execution, ExecutionId? parent, ExecutionEvent happened) =>
        JsonSerializer.Serialize(stream, EventAnswer.Of(execution, parent, happened), ApiJson.Plain.EventAnswer);
}
