using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Kubernetes.Watching;

/// <summary>A difference between what an informer knew and what it now knows.</summary>
public abstract record ObjectChange<T>
    where T : class, IKubernetesObject
{
    private ObjectChange()
    {
    }

    /// <summary>The object as it is now, or as it last was.</summary>
    public abstract T Item { get; }

    public NamespacedName Key => NamespacedName.Of(Item);

    public sealed record Added(T New) : ObjectChange<T>
    {
        public override T Item => New;
    }

    public sealed record Updated(T Old, T New) : ObjectChange<T>
    {
        public override T Item => New;
    }

    /// <param name="Last">The last state that was seen; changes made while the informer was cut off may be missing from it.</param>
    public sealed record Deleted(T Last) : ObjectChange<T>
    {
        public override T Item => Last;
    }
}
