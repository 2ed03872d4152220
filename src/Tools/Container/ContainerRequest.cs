using System.Text.Json;

namespace PlaybookOperator.Tools.Container;

/// <summary>A container to run, everything rendered; secrets are named, never carried.</summary>
public sealed record ContainerRequest
{
    public required string Image { get; init; }

    /// <summary>Null: the image's entrypoint.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Null: the image's own arguments.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>Kubernetes' <c>resources</c>; null: the operator's defaults.</summary>
    public JsonElement? Resources { get; init; }

    /// <summary>For one attempt; null: the operator's default.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Null: the default account of the namespace, whose token is not mounted.</summary>
    public string? ServiceAccount { get; init; }
}
