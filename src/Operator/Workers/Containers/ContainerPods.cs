using System.Collections.Concurrent;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Watching;

namespace PlaybookOperator.Operator.Workers.Containers;

/// <summary>
/// The pods of containers by their Jobs. What was recorded last of a pod stays known for a while after it is gone: when a node is lost, its pods are
/// removed, and only their last status says why. Thread-safe.
/// </summary>
internal sealed class ContainerPods(Informer<Pod> pods)
{
    /// <summary>Name of the informer's index by the Job's uid.</summary>
    public const string JobIndex = "job";

    private const int MaxGone = 1000;
    private readonly ConcurrentDictionary<string, Pod> _gone = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _order = new();

    public static string Selector => $"{WorkerLabels.Selector},{WorkerLabels.Watched}=true";

    public static string? JobOf(Pod pod) => pod.Metadata.ControllerOwner() is { Kind: "Job", Uid: { Length: > 0 } uid } ? uid : null;

    /// <summary>The Job's pod as recorded last; null when none was seen.</summary>
    public Pod? Of(string jobUid) => pods.ListBy(JobIndex, jobUid) is [var known, ..] ? known : _gone.GetValueOrDefault(jobUid);

    /// <summary>Keeps the last word on a pod that was removed.</summary>
    public void Saw(ObjectChange<Pod> change)
    {
        if (change is not ObjectChange<Pod>.Deleted || JobOf(change.Item) is not { } job) return;
        _gone[job] = change.Item;
        _order.Enqueue(job);
        while (_order.Count > MaxGone && _order.TryDequeue(out var oldest)) _gone.TryRemove(oldest, out _);
    }
}
