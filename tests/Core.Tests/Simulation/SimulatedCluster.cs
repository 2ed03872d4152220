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

/// <summary>The pod of a Job.</summary>
internal sealed class SimulatedWorker(int number, Delivery delivery)
{
    public int Number => number;

    public Delivery Delivery => delivery;

    public WorkerStage Stage { get; set; }

    public JobPhase Job { get; set; }
}

/// <summary>Jobs by the delivery that they were made for, as names are deterministic; and pods that outlive their Job for a while.</summary>
internal sealed class SimulatedCluster
{
    private readonly Dictionary<Delivery, SimulatedWorker> _jobs = [];
    private readonly List<SimulatedWorker> _orphans = [];
    private int _born;

    public IReadOnlyCollection<SimulatedWorker> Jobs => _jobs.Values;

    /// <summary>Counts changes, so that a pass can tell whether it was alone.</summary>
    public long Changes { get; private set; }

    /// <summary>Pods that still do something.</summary>
    public IEnumerable<SimulatedWorker> Alive => _jobs.Values.Where(worker => worker.Job == JobPhase.Active).Concat(_orphans.Where(worker => worker.Stage != WorkerStage.Gone));

    public IReadOnlyDictionary<Delivery, JobPhase> Observe() => _jobs.ToDictionary(pair => pair.Key, pair => pair.Value.Job);

    public bool HasActive(Delivery delivery) => _jobs.TryGetValue(delivery, out var worker) && worker.Job == JobPhase.Active;

    /// <summary>A Job of that name that is there already counts as created.</summary>
    public void Start(Delivery delivery)
    {
        if (_jobs.ContainsKey(delivery)) return;
        _jobs[delivery] = new SimulatedWorker(++_born, delivery);
        Changes++;
    }

    public void Delete(Delivery delivery, bool podLingers)
    {
        if (!_jobs.Remove(delivery, out var worker)) return;
        Changes++;
        if (podLingers && worker.Stage != WorkerStage.Gone) _orphans.Add(worker);
        else worker.Stage = WorkerStage.Gone;
    }

    public void Exit(SimulatedWorker worker, JobPhase phase)
    {
        Changes++;
        worker.Stage = WorkerStage.Gone;
        worker.Job = phase;
        _orphans.Remove(worker);
    }
}
