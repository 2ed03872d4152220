using System.Text.Json;
using System.Text.Json.Serialization;
using PlaybookOperator.Kubernetes.Client;

namespace PlaybookOperator.Kubernetes.Objects;

/// <summary>The generated JSON contracts of the kinds that this project knows by itself.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ConfigMap))]
[JsonSerializable(typeof(CustomResourceDefinition))]
[JsonSerializable(typeof(Event))]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(Lease))]
[JsonSerializable(typeof(PartialObject))]
[JsonSerializable(typeof(Pod))]
[JsonSerializable(typeof(SubjectAccessReview))]
[JsonSerializable(typeof(TokenReview))]
[JsonSerializable(typeof(ApiStatus))]
public sealed partial class KubernetesJson : JsonSerializerContext;
