using System.Text.Json;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Worker;

/// <summary>Reads the sentence of a problem document (RFC 9457).</summary>
internal static class ProblemTitle
{
    private const int MaxBytes = 64 << 10;
    private const int MaxLength = 300;

    /// <summary>Null when the answer is no such document.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="token">What was sent with the request and must not be told again; null: nothing.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<string?> ReadAsync(HttpResponseMessage response, string? token, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > MaxBytes) return null;
        try
        {
            var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            using var document = JsonDocument.Parse(bytes);
            if ((Text(document.RootElement, "detail") ?? Text(document.RootElement, "title")) is not { } text) return null;
            if (token is { Length: > 0 }) text = text.Replace(token, SecretMask.Replacement, StringComparison.Ordinal);
            return text.Length <= MaxLength ? text : text[..MaxLength];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement document, string name)
    {
        if (document.ValueKind != JsonValueKind.Object || !document.TryGetProperty(name, out var member) || member.ValueKind != JsonValueKind.String) return null;
        return member.GetString();
    }
}
