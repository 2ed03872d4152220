using System.Globalization;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Operator.Workers;

namespace PlaybookOperator.Operator.Executions.Children;

/// <summary>Labels by which the operator finds the children of an Execution, and the delivery that each was made for.</summary>
internal static class ChildLabels
{
    public const string Parent = "playbooks.dev/parent-execution-id";

    /// <summary>Name of the informer's index by the parent's execution id.</summary>
    public const string ParentIndex = "parent";

    public static Dictionary<string, string> Of(ExecutionId parent, StepRun run, Delivery delivery) => new(StringComparer.Ordinal)
    {
        [WorkerLabels.ManagedBy] = WorkerLabels.ManagedByValue,
        [Parent] = parent.ToString(),
        [WorkerLabels.Step] = run.Step.Trim('-', '_', '.'),
        [WorkerLabels.Run] = delivery.Key.RunId.ToString(CultureInfo.InvariantCulture),
        [WorkerLabels.Index] = WorkerLabels.WriteIndex(delivery.Key),
        [WorkerLabels.Fence] = delivery.Fence.ToString(CultureInfo.InvariantCulture),
    };

    public static (ExecutionId Parent, Delivery Delivery)? Read(ObjectMeta metadata) =>
        metadata.ControllerOwner() is { Kind: "Execution" }
        && ExecutionId.TryParse(metadata.Label(Parent), out var parent)
        && WorkerLabels.ReadDelivery(metadata) is { } delivery
            ? (parent, delivery)
            : null;

    /// <summary>The Execution that owns this one, or null.</summary>
    public static ExecutionRef? Owner(Execution execution) =>
        execution.Metadata.ControllerOwner() is { Kind: "Execution" } owner
            ? new ExecutionRef(new NamespacedName(execution.Metadata.Namespace ?? "", owner.Name), owner.Uid)
            : null;
}
