using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Tools.Http;

/// <summary>Turns the parts of a response into values of the language.</summary>
internal static class HttpResponseValues
{
    /// <summary>Names in lower case, found in any; a header that came several times is joined by commas.</summary>
    public static Value Headers(HttpResponseMessage response)
    {
        var headers = new Dictionary<string, Value>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
            headers[name.ToLowerInvariant()] = Value.From(string.Join(", ", values));
        return Value.Map((IReadOnlyDictionary<string, Value>)headers);
    }

    /// <summary>The same from headers as they stand in a result.</summary>
    public static Value Headers(Value headers) =>
        Value.Map((IReadOnlyDictionary<string, Value>)headers.Members.ToDictionary(header => header.Key, header => header.Value, StringComparer.OrdinalIgnoreCase));

    public static TimeSpan? RetryAfter(HttpResponseMessage response, DateTimeOffset now)
    {
        var asked = response.Headers.RetryAfter;
        var wait = asked?.Delta ?? (asked?.Date is { } date ? date - now : null);
        return wait is { } found ? (found < TimeSpan.Zero ? TimeSpan.Zero : found) : null;
    }

    /// <summary>
    /// JSON when the content type says so, else text. An absent body is null. False: it claims to be JSON and is not; the value is then its text.
    /// </summary>
    public static bool TryParse(HttpResponseMessage response, ReadOnlyMemory<byte>? body, out Value value)
    {
        var bytes = body.GetValueOrDefault();
        value = Value.Null;
        if (bytes.IsEmpty) return true;
        var type = response.Content.Headers.ContentType;
        var encoding = EncodingOf(type?.CharSet);
        if (!IsJson(type?.MediaType))
        {
            value = Value.From(encoding.GetString(WithoutMark(bytes).Span));
            return true;
        }

        try
        {
            if (encoding is not UTF8Encoding) bytes = Encoding.UTF8.GetBytes(encoding.GetString(bytes.Span));
            // The document keeps the array; nothing is pooled, so it needs no disposal.
            value = Value.FromJson(JsonDocument.Parse(WithoutMark(bytes)).RootElement);
            return true;
        }
        catch (JsonException)
        {
            value = Value.From(encoding.GetString(WithoutMark(bytes).Span));
            return false;
        }
    }

    private static bool IsJson(string? mediaType) =>
        mediaType is not null
        && (mediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || mediaType.Equals("text/json", StringComparison.OrdinalIgnoreCase)
            || mediaType.EndsWith("+json", StringComparison.OrdinalIgnoreCase));

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> bytes) =>
        bytes.Span.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;

    private static Encoding EncodingOf(string? charSet)
    {
        if (string.IsNullOrEmpty(charSet)) return Encoding.UTF8;
        try
        {
            return Encoding.GetEncoding(charSet.Trim('"'));
        }
        catch (ArgumentException)
        {
            return Encoding.UTF8;
        }
    }
}
