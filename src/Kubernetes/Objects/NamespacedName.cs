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

    public override string ToString() => string.IsNullOrEmpty(Namespace) ? Name : $"{Namespace}/{Name}";
}
