using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Schema;

namespace PlaybookOperator.Kubernetes.Tests;

/// <summary>A custom kind for tests.</summary>
[Description("Something that has a size.")]
[PrinterColumn("SIZE", "integer", ".spec.size")]
[PrinterColumn("AGE", "date", ".metadata.creationTimestamp")]
[PrinterColumn("NOTE", "string", ".status.note", Priority = 1)]
public sealed record Widget : IKubernetesObject
{
    public ObjectMeta Metadata { get; init; } = new();

    public required WidgetSpec Spec { get; init; }

    public WidgetStatus? Status { get; init; }

    public static ResourceType<Widget> Type { get; } =
        new("tests.dev", "v1", "widgets", "Widget", Namespaced: true, WidgetJson.Default.Widget);

    /// <summary>As the server would send it.</summary>
    public static string Text(string name, int size, string version, string? uid = null) =>
        $$"""
        {"apiVersion":"tests.dev/v1","kind":"Widget","spec":{"size":{{size}} },
        "metadata":{"namespace":"a","name":"{{name}}","uid":"{{uid ?? $"uid-{name}"}}","resourceVersion":"{{version}}"} }
        """.ReplaceLineEndings("");
}

public sealed record WidgetSpec
{
    [Minimum(1)]
    [Maximum(10.5)]
    [Description("How large it is.")]
    public required int Size { get; init; }

    [OneOf("red", "blue")]
    public string? Colour { get; init; }

    public WidgetMode? Mode { get; init; }

    [IntOrString]
    public JsonElement? Limit { get; init; }

    [PreserveUnknownFields(Type = "object")]
    public JsonElement? Free { get; init; }

    /// <summary>Any value, by its type alone.</summary>
    public JsonElement? Anything { get; init; }

    public IReadOnlyDictionary<string, JsonElement>? Extras { get; init; }

    [PreserveUnknownFields(Type = "array")]
    public JsonElement? Steps { get; init; }

    public IReadOnlyList<WidgetPart>? Parts { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    [JsonIgnore]
    public bool IsLarge => Size > 5;
}

[PreserveUnknownFields]
public sealed record WidgetPart([property: Pattern("^[a-z]+$"), MinimumLength(1)] string? Name);

public sealed record WidgetStatus
{
    public string? Note { get; init; }

    public double? Ratio { get; init; }

    [ListMapKeys("type")]
    public IReadOnlyList<Condition>? Conditions { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<WidgetMode>))]
public enum WidgetMode
{
    Fast,
    Careful,
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Widget))]
public sealed partial class WidgetJson : JsonSerializerContext;
