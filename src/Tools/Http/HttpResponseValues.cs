using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Tools.Http;

/// <summary>The body of a response as a value.</summary>
/// <param name="Data">JSON parsed, text, or bytes as base64; null without a body.</param>
/// <param name="IsBase64">The body is no text, and <paramref name="Data"/> is its bytes in base64.</param>
/// <param name="Problem">The rest of a sentence about the body that says why it cannot be read; null: it could.</param>
internal readonly record struct HttpData(Value Data, bool IsBase64 = false, string? Problem = null);

/// <summary>Turns the parts of a response into values of the language.</summary>
internal static class HttpResponseValues
{
    /// <summary>Names in lower case, found in any; a header that came several times is joined by commas.</summary>
    public static Value Headers(HttpResponseMessage response)
    {
        var headers = new Dictionary<string, Value>(StringComparer.Ordinal);
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
            headers[name.ToLowerInvariant()] = Value.From(string.Join(", ", values));
        return Value.Headers(Value.Map((IReadOnlyDictionary<string, Value>)headers));
    }

    public static TimeSpan? RetryAfter(HttpResponseMessage response, DateTimeOffset now)
    {
        var asked = response.Headers.RetryAfter;
        var wait = asked?.Delta ?? (asked?.Date is { } date ? date - now : null);
        return wait is { } found ? (found < TimeSpan.Zero ? TimeSpan.Zero : found) : null;
    }

    /// <summary>An answer to HEAD, and of some statuses, has headers about a body but none itself.</summary>
    public static bool HasBody(HttpMethod method, HttpResponseMessage response) =>
        method != HttpMethod.Head && (int)response.StatusCode is not (204 or 205 or 304 or < 200);

    /// <summary>
    /// JSON where the content type says so, or where there is none and it is; else text in the encoding that a byte order mark or the content type names, or
    /// UTF-8. What is no text is base64, so that no byte is lost.
    /// </summary>
    public static HttpData Read(MediaType type, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty) return new(Value.Null);
        if (type.IsBinary) return Base64(bytes.Span);
        var (encoding, text) = (Charsets.Utf8, bytes);
        if (Charsets.OfMark(bytes.Span) is { } mark) (encoding, text) = (mark.Encoding, bytes[mark.Length..]);
        else if (type.Charset is { } name)
        {
            if (Charsets.Find(name) is not { } found) return new(Base64(bytes.Span).Data, IsBase64: true, $"in the charset {Shown(name)}, which is not known here.");
            encoding = found;
        }

        if (type.IsJson) return Json(encoding, text);
        if (type.Type.Length == 0 && Json(encoding, text) is { Problem: null, Data.Kind: ValueKind.Map or ValueKind.List } untyped) return untyped;
        return Decode(encoding, text.Span) is { } decoded && !decoded.Contains('\0', StringComparison.Ordinal) ? new(Value.From(decoded)) : Base64(bytes.Span);
    }

    private static HttpData Json(Encoding encoding, ReadOnlyMemory<byte> text)
    {
        var utf8 = text;
        if (encoding is not UTF8Encoding)
        {
            if (Decode(encoding, text.Span) is not { } decoded) return Unreadable(text, $"that claims to be JSON in {encoding.WebName} and is not.");
            utf8 = Encoding.UTF8.GetBytes(decoded);
        }

        if (JsonData.TryRead(utf8, "", out var value, out var problem)) return new(Value.FromJson(value));
        return Unreadable(text, problem.Fault switch
        {
            DataFault.NotUtf8 => "that claims to be JSON in utf-8 and is not: some bytes are not UTF-8. Its Content-Type should name its charset.",
            DataFault.NotJson => $"that is not the JSON it claims to be: it {problem.Message}",
            _ => $"that is JSON beyond what is read here: {problem}",
        });
    }

    /// <summary>With its text, as far as there is one, so that a failure can show it.</summary>
    private static HttpData Unreadable(ReadOnlyMemory<byte> text, string problem) => new(Value.From(Encoding.UTF8.GetString(text.Span)), Problem: problem);

    private static HttpData Base64(ReadOnlySpan<byte> bytes) => new(Value.From(Convert.ToBase64String(bytes)), IsBase64: true);

    /// <summary>Null: the bytes are no text in this encoding.</summary>
    private static string? Decode(Encoding encoding, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return encoding.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static string Shown(string name) => name.Length <= 40 ? name : name[..40] + "…";
}
