using System.Collections.Concurrent;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Watching;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Workers.Containers;

namespace PlaybookOperator.Operator.Workers;

/// <summary>
/// How many pods a pool has. Its Jobs do not say: after a pod has failed, their controller neither makes another nor brings the Job's status up to date
/// for ten seconds, then twenty, up to minutes. So the pods are counted, and what is missing gets a Job of its own.
/// </summary>
internal sealed class PoolPods(Informer<Pod> pods, Informer<Job> jobs, ExecutionSpaces spaces) : IPoolMembers
{
    /// <summary>Pods whose end is remembered: those of the last minutes are enough, for a lease of a silent worker ends by itself.</summary>
    private const int MaxGone = 1000;

    private readonly ConcurrentDictionary<string, (ExecutionId Execution, WorkKey Pool)> _gone = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _order = new();

    /// <summary>Whether this pod takes a place in its pool no longer because it failed.</summary>
    public static bool IsLost(Pod pod) => pod.Status?.Phase == "Failed";

    /// <summary>How a pool stands whose newest Job neither succeeded nor failed.</summary>
    public JobPhase PhaseOf(ExecutionId id, WorkKey pool)
    {
        var (expected, isShort) = (0, false);
        foreach (var job in Running(id, pool))
        {
            var count = Count(job);
            expected += count.Expected;
            isShort |= count.Expected < count.Parallelism;
        }

        return (isShort, expected) switch
        {
            (false, _) => JobPhase.Active,
            (_, 0) => JobPhase.Failed,
            _ => JobPhase.Short,
        };
    }

    /// <summary>Pods of a pool that have failed or were removed, by uid, which is how a pod is called in its pool. One that succeeded has said goodbye.</summary>
    public IReadOnlySet<string> GoneOf(ExecutionId id, WorkKey pool) =>
        _gone.Where(gone => gone.Value == (id, pool)).Select(gone => gone.Key).ToHashSet(StringComparer.Ordinal);

    /// <summary>Remembers the end of a pod, which may be removed with its Job before anybody asks.</summary>
    public void Saw(ObjectChange<Pod> change)
    {
        if (change is not ObjectChange<Pod>.Deleted && !IsLost(change.Item)) return;
        if (change.Item.Metadata.Uid is not { } uid || WorkerLabels.Read(change.Item.Metadata) is not { Delivery.Key: { IsPool: true } pool } found) return;
        if (!_gone.TryAdd(uid, (found.Execution, pool))) return;
        _order.Enqueue(uid);
        while (_order.Count > MaxGone && _order.TryDequeue(out var oldest)) _gone.TryRemove(oldest, out _);
    }

    /// <summary>Jobs of a pool that go on, with the pods that are counted on of each.</summary>
    public IEnumerable<(Job Job, int Expected)> JobsOf(ExecutionId id, WorkKey pool) => Running(id, pool).Select(job => (job, Count(job).Expected));

    private IEnumerable<Job> Running(ExecutionId id, WorkKey pool) =>
        from job in jobs.ListBy(KubernetesWorkers.ExecutionIndex, id.ToString())
        where WorkerLabels.Read(job.Metadata)?.Delivery.Key == pool && spaces.Holds(id, job.Metadata) && !job.IsFinished && job.Metadata.DeletionTimestamp is null
        select job;

    /// <summary>Pods that are still to be made are counted on, unless the Job has lost some: then it may take its time.</summary>
    private (int Parallelism, int Expected) Count(Job job)
    {
        var parallelism = job.Spec?.Parallelism ?? 1;
        if (job.Metadata.Uid is not { } uid) return (parallelism, parallelism);
        var (alive, hasLost) = (0, false);
        foreach (var pod in pods.ListBy(ContainerPods.JobIndex, uid))
        {
            if (IsLost(pod)) hasLost = true;
            else if (pod.Status?.Phase != "Succeeded" && pod.Metadata.DeletionTimestamp is null) alive++;
        }

        return (parallelism, hasLost ? Math.Min(alive, parallelism) : parallelism);
    }
}
