using System.Collections.Immutable;
using PlaybookOperator.Core.Playbooks;

namespace PlaybookOperator.Core.Executions.Pools;

/// <summary>What the rules of the pool need to know, beside the ledger: the loop, and what may go on now.</summary>
public sealed record PoolSettings
{
    /// <summary>The loop as the caller knows it. What never changes about it counts; its counters may have moved on since.</summary>
    public required LoopState Loop { get; init; }

    /// <summary>Whether anything may start: the execution runs, or its onExit does, and no step of it has failed.</summary>
    public required bool IsOpen { get; init; }

    /// <summary>Iterations executing at once, over all workers.</summary>
    public required int MaxParallel { get; init; }

    /// <summary>Workers that share them, at most.</summary>
    public required int PoolSize { get; init; }

    /// <summary>One after the other, in order of index.</summary>
    public bool IsSequential { get; init; }

    /// <summary>When the loop has failed, and nothing of it starts any more.</summary>
    public required FailurePolicy Failures { get; init; }

    /// <summary>Elements of chunks that are handed out for the first time, at most, when that is less than the loop says; null: as it says.</summary>
    public int? Chunk { get; init; }

    /// <summary>With <c>rateLimit</c>; null: none.</summary>
    public double? StartsPerSecond { get; init; }

    /// <summary>Iterations for which the log has room.</summary>
    public long MaxStarts { get; init; } = long.MaxValue;

    /// <summary>Workers that are known to have ended: they are not waited for.</summary>
    public IReadOnlySet<string> Gone { get; init; } = ImmutableHashSet<string>.Empty;

    /// <summary>How long a worker may be silent.</summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromSeconds(10);
}
