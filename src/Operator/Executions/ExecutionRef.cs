using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Operator.Executions;

/// <summary>Which Execution is meant: the uid tells it from a namesake that comes after it.</summary>
public readonly record struct ExecutionRef(NamespacedName Name, string Uid)
{
    public static ExecutionRef Of(Execution execution) => new(NamespacedName.Of(execution), execution.Metadata.Uid ?? "");

    public override string ToString() => Name.ToString();
}
