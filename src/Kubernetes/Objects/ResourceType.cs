using System.Text.Json.Serialization.Metadata;

namespace PlaybookOperator.Kubernetes.Objects;

/// <summary>What the client must know to speak about one kind: where it lives in the API and how it is decoded.</summary>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Version">Version within the group, such as <c>v1</c>.</param>
/// <param name="Plural">The name in paths and in access rules, such as <c>jobs</c>.</param>
/// <param name="Kind">The name in manifests, such as <c>Job</c>.</param>
/// <param name="Namespaced">False for cluster-scoped kinds.</param>
/// <param name="Json">The generated contract: only its members are ever read or sent.</param>
public sealed record ResourceType<T>(string Group, string Version, string Plural, string Kind, bool Namespaced, JsonTypeInfo<T> Json)
    where T : class, IKubernetesObject
{
    /// <summary><c>group/version</c>, or the version alone in the core group: the manifest's <c>apiVersion</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary><c>plural.group</c>, as kubectl and access rules write it.</summary>
    public string QualifiedName => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>The path of the collection; a null or empty namespace means all of them.</summary>
    internal string CollectionPath(string? @namespace)
    {
        var root = Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";
        return Namespaced && !string.IsNullOrEmpty(@namespace)
            ? $"{root}/namespaces/{Uri.EscapeDataString(@namespace)}/{Plural}"
            : $"{root}/{Plural}";
    }

    internal string ObjectPath(NamespacedName name) => $"{CollectionPath(name.Namespace)}/{Uri.EscapeDataString(name.Name)}";
}
