namespace PlaybookOperator.Kubernetes.Client;

/// <summary>What becomes of the objects that the deleted one owns.</summary>
public enum DeletePropagation
{
    /// <summary>They are collected afterwards, by the cluster.</summary>
    Background,

    /// <summary>The object stays until they are gone.</summary>
    Foreground,

    /// <summary>They stay.</summary>
    Orphan,
}

/// <summary>How to delete.</summary>
public sealed record DeleteOptions
{
    public DeletePropagation Propagation { get; init; } = DeletePropagation.Background;

    /// <summary>Delete only the object with this uid, not a namesake that came after it. Null: whatever bears the name.</summary>
    public string? Uid { get; init; }
}
