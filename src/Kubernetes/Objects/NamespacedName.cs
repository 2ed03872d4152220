namespace PlaybookOperator.Kubernetes.Objects;

/// <summary>
/// The key of an object within its kind. <see cref="Namespace"/> is empty for cluster-scoped objects. Prints as
/// <c>namespace/name</c>, or the name alone without a namespace.
/// </summary>
public readonly record struct NamespacedName(string Namespace, string Name)
{
    public static NamespacedName Of(IKubernetesObject item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return new(item.Metadata.Namespace ?? "", item.Metadata.Name);
    }

    public static NamespacedName ClusterScoped(string name) => new("", name);

    /// <summary>Whether Kubernetes could have a custom resource of that name at all; asking for another one would reach another path.</summary>
    public static bool IsName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is > 0 and <= 253 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.');
    }

    public override string ToString() => string.IsNullOrEmpty(Namespace) ? Name : $"{Namespace}/{Name}";
}
