using System.Globalization;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Operator.Workers;

/// <summary>Labels by which the operator finds its Jobs again. They say what a Job is for; they prove nothing about a pod.</summary>
internal static class WorkerLabels
{
    public const string ManagedBy = "app.kubernetes.io/managed-by";
    public const string ManagedByValue = "playbook-operator";
    public const string Execution = "playbooks.dev/execution-id";
    public const string Step = "playbooks.dev/step";
    public const string Run = "playbooks.dev/run-id";
    public const string Index = "playbooks.dev/index";
    public const string Tool = "playbooks.dev/tool";

    /// <summary>On pods that are watched one by one; of others, their Jobs are.</summary>
    public const string Watched = "playbooks.dev/watched";

    /// <summary>On containers beside which a worker masks what they print.</summary>
    public const string Masked = "playbooks.dev/masked";

    public const string Fence = "playbooks.dev/fence";

    private const string CallIndex = "call";
    private const string PoolIndex = "pool";

    public static string Selector => $"{ManagedBy}={ManagedByValue},{Execution}";

    public static (ExecutionId Execution, Delivery Delivery)? Read(ObjectMeta metadata) =>
        ExecutionId.TryParse(metadata.Label(Execution), out var id) && ReadDelivery(metadata) is { } delivery ? (id, delivery) : null;

    /// <summary>The delivery that an object was made for, or null.</summary>
    public static Delivery? ReadDelivery(ObjectMeta metadata) =>
        long.TryParse(metadata.Label(Run), NumberStyles.None, CultureInfo.InvariantCulture, out var run)
        && TryReadIndex(metadata.Label(Index), out var index)
        && int.TryParse(metadata.Label(Fence), NumberStyles.None, CultureInfo.InvariantCulture, out var fence)
            ? new Delivery(new WorkKey(run, index), fence)
            : null;

    /// <summary>A label value cannot begin with a minus: a call outside loops and a pool have a word.</summary>
    public static string WriteIndex(WorkKey key) => key.IsCall ? CallIndex : key.IsPool ? PoolIndex : key.Index.ToString(CultureInfo.InvariantCulture);

    private static bool TryReadIndex(string? text, out long index)
    {
        index = text == PoolIndex ? WorkKey.Pool : WorkKey.Call;
        return text is CallIndex or PoolIndex || long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }
}
