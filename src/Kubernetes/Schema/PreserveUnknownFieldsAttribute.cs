namespace PlaybookOperator.Kubernetes.Schema;

/// <summary>
/// The server keeps what the schema does not name, instead of pruning it. On a member: its value is not described at all. On a
/// type: its members are described, and others are kept beside them.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class)]
public sealed class PreserveUnknownFieldsAttribute : Attribute
{
    /// <summary>On a member: the JSON type it must still have, such as <c>object</c> or <c>array</c>; null allows any.</summary>
    public string? Type { get; init; }
}
