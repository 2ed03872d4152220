using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Pools;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Core.Tests.Simulation;

/// <summary>An iteration that a pod was handed, and the lease that it came with.</summary>
internal readonly record struct LeasedIndex(int Lease, long Index, long End);

/// <summary>What a pod says, and what the operator that hears it knew of the execution when it looked; null: the loop is over.</summary>
internal sealed record PoolWord(long RunId, PoolTurn Turn, PoolSettings? Settings);

/// <summary>A pod of a pool's Job: leases, works, reports.</summary>
internal sealed class SimulatedPod(string name, SimulatedWorker job, DateTimeOffset born)
{
    public string Name => name;

    public SimulatedWorker Job => job;

    public long RunId => job.Delivery.Key.RunId;

    /// <summary>It takes time to start.</summary>
    public DateTimeOffset Born => born;

    /// <summary>Null while it runs.</summary>
    public JobPhase? End { get; set; }

    public DateTimeOffset FrozenUntil { get; set; }

    /// <summary>Leased, and not begun.</summary>
    public List<LeasedIndex> InHand { get; } = [];

    public List<LeasedIndex> Running { get; } = [];

    /// <summary>To be told with the next word.</summary>
    public List<WorkReport> Reports { get; } = [];

    public int Slots { get; set; }

    /// <summary>The newest lease that it was told of.</summary>
    public int Heard { get; set; }

    /// <summary>It was told to start nothing more.</summary>
    public bool IsStopped { get; set; }

    /// <summary>What it last saw may have ended the loop: it waits to hear.</summary>
    public bool IsPaused { get; set; }

    /// <summary>What is on its way.</summary>
    public PoolWord? Word { get; set; }
}
