using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Operator.Api;

/// <summary>An RFC 9457 problem document that names the field.</summary>
/// <param name="Field">The parameter or member that is wrong; empty when it is the request as a whole.</param>
internal sealed record ProblemDocument(string Type, string Title, int Status, string Detail, string Field);

internal static class Problems
{
    public static IResult Of(int status, string field, string detail) => Results.Json(
        new ProblemDocument("about:blank", Title(status), status, detail, field),
        ApiJson.Plain.ProblemDocument,
        "application/problem+json",
        status);

    private static string Title(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "Bad Request",
        StatusCodes.Status401Unauthorized => "Unauthorized",
        StatusCodes.Status403Forbidden => "Forbidden",
        StatusCodes.Status404NotFound => "Not Found",
        StatusCodes.Status405MethodNotAllowed => "Method Not Allowed",
        StatusCodes.Status409Conflict => "Conflict",
        StatusCodes.Status413PayloadTooLarge => "Content Too Large",
        StatusCodes.Status422UnprocessableEntity => "Unprocessable Content",
        StatusCodes.Status423Locked => "Locked",
        StatusCodes.Status429TooManyRequests => "Too Many Requests",
        StatusCodes.Status502BadGateway => "Bad Gateway",
        StatusCodes.Status503ServiceUnavailable => "Service Unavailable",
        _ => "Error",
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, MaxDepth = DataLimits.ReadDepth, Converters = [typeof(UtcTimeConverter)])]
[JsonSerializable(typeof(CacheAnswer))]
[JsonSerializable(typeof(ControlAnswer))]
[JsonSerializable(typeof(EventsAnswer))]
[JsonSerializable(typeof(ExecutionsAnswer))]
[JsonSerializable(typeof(IterationsAnswer))]
[JsonSerializable(typeof(StartAnswer))]
[JsonSerializable(typeof(StateAnswer))]
[JsonSerializable(typeof(CacheClearedAnswer))]
[JsonSerializable(typeof(CachesAnswer))]
[JsonSerializable(typeof(ProblemDocument))]
[JsonSerializable(typeof(ExecutionAnswer))]
[JsonSerializable(typeof(EventAnswer))]
[JsonSerializable(typeof(HealthAnswer))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    private static ApiJson? s_plain;

    /// <summary>Letters stand as they are: answers are <c>application/json</c>, never part of HTML.</summary>
    public static ApiJson Plain => s_plain ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

/// <summary>Instants as RFC 3339 in UTC, ending in <c>Z</c>.</summary>
internal sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(JsonText.Instant(value));
}
