using System.Buffers.Text;
using System.Text.Json;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Operator.Workers;

/// <summary>
/// What a projected token says of itself. Nothing of it is proved: it only decides whether the API server is asked about the token at all, and out of which
/// budget.
/// </summary>
/// <param name="Pod">The pod that it says it was made for.</param>
internal sealed record PodClaims(NamespacedName Pod)
{
    private const int JobSuffixLength = 5;
    private const int MaxGeneratedPrefix = 58;

    /// <summary>Null when it cannot be a token that Kubernetes made for a pod and this audience: no JWT, another audience, no pod.</summary>
    public static PodClaims? Read(string token, string audience)
    {
        if (token.Split('.') is not [{ Length: > 0 } header, var payload, { Length: > 0 } signature]) return null;
        if (!Base64Url.IsValid(header) || !Base64Url.IsValid(payload) || !Base64Url.IsValid(signature)) return null;
        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
            var root = claims.RootElement;
            if (!IsFor(audience, Member(root, "aud"))) return null;
            var bound = Member(root, "kubernetes.io");
            return Text(bound, "namespace") is { } space && Text(Member(bound, "pod"), "name") is { } name ? new PodClaims(new NamespacedName(space, name)) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>What the name of a pod begins with that the Job controller makes for a Job: the API server adds five characters.</summary>
    public static NamespacedName PrefixOf(Job job)
    {
        var prefix = $"{job.Metadata.Name}-";
        return new NamespacedName(job.Metadata.Namespace ?? "", prefix.Length > MaxGeneratedPrefix ? prefix[..MaxGeneratedPrefix] : prefix);
    }

    /// <summary>The same of this pod's name.</summary>
    public NamespacedName Prefix => Pod with { Name = Pod.Name.Length > JobSuffixLength ? Pod.Name[..^JobSuffixLength] : "" };

    private static bool IsFor(string audience, JsonElement given) => given.ValueKind switch
    {
        JsonValueKind.String => given.ValueEquals(audience),
        JsonValueKind.Array => given.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.String && one.ValueEquals(audience)),
        _ => false,
    };

    private static JsonElement Member(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var member) ? member : default;

    private static string? Text(JsonElement owner, string name) => Member(owner, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
