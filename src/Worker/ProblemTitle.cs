using System.Text.Json;

namespace PlaybookOperator.Worker;

/// <summary>Reads the sentence of a problem document (RFC 9457).</summary>
internal static class ProblemTitle
{
    private const int MaxBytes = 64 << 10;
    private const int MaxLength = 300;

    /// <summary>Null when the answer is no such document.</summary>
    public static async Task<string?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > MaxBytes) return null;
        try
        {
            var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            using var document = JsonDocument.Parse(bytes);
            return Text(document.RootElement, "detail") ?? Text(document.RootElement, "title");
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement document, string name)
    {
        if (document.ValueKind != JsonValueKind.Object || !document.TryGetProperty(name, out var member) || member.ValueKind != JsonValueKind.String) return null;
        var text = member.GetString()!;
        return text.Length <= MaxLength ? text : text[..MaxLength];
    }
}
