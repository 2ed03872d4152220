using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Operator.Executions;

/// <summary>
/// Deletes finished Executions when their time is up; Kubernetes does so for Jobs only. Each is looked at when it finishes and when it is due, and
/// not in between. Their children and Jobs follow by owner references; their rows live by <c>eventRetention</c>.
/// </summary>
internal sealed class ExecutionExpiry(ApiClient client, TimeProvider time)
{
    /// <summary>When <c>ttlSecondsAfterFinished</c> is absent: a day.</summary>
    public const long DefaultSeconds = 86_400;

    /// <summary>Longer would not fit into a time.</summary>
    private const long MaxSeconds = 3_155_760_000;

    /// <summary>Null when it is gone; otherwise when to look again.</summary>
    public async Task<TimeSpan?> DeleteWhenDueAsync(Execution execution, CancellationToken cancellationToken)
    {
        if (execution.Metadata.DeletionTimestamp is not null) return null;
        if ((execution.Status?.CompletionTime ?? execution.Metadata.CreationTimestamp) is not { } ended) return null;
        var seconds = Math.Clamp(execution.Spec.TtlSecondsAfterFinished ?? DefaultSeconds, 0, MaxSeconds);
        var wait = ended + TimeSpan.FromSeconds(seconds) - time.GetUtcNow();
        if (wait > TimeSpan.Zero) return wait;
        await client.DeleteAsync(
            ResourceTypes.Executions, NamespacedName.Of(execution), new DeleteOptions { Uid = execution.Metadata.Uid }, cancellationToken);
        return null;
    }
}
