using System.Collections.Immutable;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Core.Tests.Simulation;

/// <summary>How far a worker has got.</summary>
internal enum WorkerStage
{
    Born,
    Claimed,
    Reported,
    Gone,
}

/// <summary>The pod of a Job; of a pool, the Job alone.</summary>
internal sealed class SimulatedWorker(int number, Delivery delivery)
{
    public int Number => number;

    public Delivery Delivery => delivery;

    public WorkerStage Stage { get; set; }

    public JobPhase Job { get; set; }

    /// <summary>Those of a pool, ended ones too; empty for others.</summary>
    public List<SimulatedPod> Pods { get; } = [];
}

/// <summary>Jobs by the delivery that they were made for, as names are deterministic; and pods that outlive their Job for a while.</summary>
internal sealed class SimulatedCluster
{
    private readonly Dictionary<Delivery, SimulatedWorker> _jobs = [];
    private readonly List<SimulatedWorker> _orphans = [];
    private readonly List<SimulatedPod> _pods = [];
    private int _born;

    public IReadOnlyCollection<SimulatedWorker> Jobs => _jobs.Values;

    /// <summary>Counts changes, so that a pass can tell whether it was alone.</summary>
    public long Changes { get; private set; }

    /// <summary>Pods of Jobs of one delivery that still do something.</summary>
    public IEnumerable<SimulatedWorker> Alive => _jobs.Values.Where(worker => worker.Job == JobPhase.Active && !worker.Delivery.Key.IsPool)
        .Concat(_orphans.Where(worker => worker.Stage != WorkerStage.Gone));

    /// <summary>Pods of pools that still do something, also when their Job is gone.</summary>
    public IReadOnlyList<SimulatedPod> Pods => _pods;

    /// <summary>Pods of pools that have failed, by name.</summary>
    public ImmutableHashSet<string> LostPods { get; private set; } = [];

    public IReadOnlyDictionary<Delivery, JobPhase> Observe() => _jobs.ToDictionary(pair => pair.Key, pair => pair.Value.Job);

    public bool HasActive(Delivery delivery) => _jobs.TryGetValue(delivery, out var worker) && worker.Job == JobPhase.Active;

    /// <summary>A Job of that name that is there already counts as created.</summary>
    public void Start(Delivery delivery) => Start(delivery, pods: 0, default);

    /// <summary>The same for a pool, with so many pods.</summary>
    public void Start(Delivery delivery, int pods, DateTimeOffset now)
    {
        if (_jobs.ContainsKey(delivery)) return;
        var job = new SimulatedWorker(++_born, delivery);
        _jobs[delivery] = job;
        for (var i = 0; i < pods; i++) job.Pods.Add(new SimulatedPod($"pod-{job.Number}-{i}", job, now));
        _pods.AddRange(job.Pods);
        Changes++;
    }

    public void Delete(Delivery delivery, bool podLingers)
    {
        if (!_jobs.Remove(delivery, out var worker)) return;
        Changes++;
        if (!podLingers) _pods.RemoveAll(pod => pod.Job == worker);
        if (podLingers && worker.Stage != WorkerStage.Gone && !delivery.Key.IsPool) _orphans.Add(worker);
        else worker.Stage = WorkerStage.Gone;
    }

    public void Exit(SimulatedWorker worker, JobPhase phase)
    {
        Changes++;
        worker.Stage = WorkerStage.Gone;
        worker.Job = phase;
        _orphans.Remove(worker);
    }

    /// <summary>A pod of a pool ends; its Job with the last one.</summary>
    public void Exit(SimulatedPod pod, JobPhase phase)
    {
        Changes++;
        pod.End = phase;
        if (phase == JobPhase.Failed) LostPods = LostPods.Add(pod.Name);
        _pods.Remove(pod);
        var hasFailed = pod.Job.Pods.Exists(other => other.End == JobPhase.Failed);
        var isOver = pod.Job.Pods.TrueForAll(other => other.End is not null);
        pod.Job.Job = (isOver, hasFailed) switch
        {
            (true, true) => JobPhase.Failed,
            (true, false) => JobPhase.Succeeded,
            (false, true) => JobPhase.Short,
            _ => JobPhase.Active,
        };
    }

    /// <summary>A pod has begun or ended an iteration.</summary>
    public void Work() => Changes++;
}
