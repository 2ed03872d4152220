using System.Collections.Immutable;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Core.Executions.Pools;

/// <summary>What one worker of a pool says in one call.</summary>
/// <param name="Member">See <see cref="PoolMember.Name"/>.</param>
/// <param name="Reports">Ends and waits of iterations; the fence of each is the number of its lease.</param>
public sealed record PoolTurn(string Member, IReadOnlyList<WorkReport> Reports)
{
    /// <summary>Unstarted indexes that it gives back, by lease.</summary>
    public IReadOnlyList<PoolReturn> Returned { get; init; } = [];

    /// <summary>Iterations that it would take, at most; 0: none.</summary>
    public int Wants { get; init; }

    /// <summary>It says goodbye: what it still has is handed out again.</summary>
    public bool Leaves { get; init; }
}

/// <summary>Indexes of one lease that were not started.</summary>
public sealed record PoolReturn(int Lease, long Lo, long Hi);

/// <summary>What a worker is told.</summary>
public sealed record PoolAnswer
{
    /// <summary>One for each report, in order.</summary>
    public IReadOnlyList<IngestOutcome> Outcomes { get; init; } = [];

    public ImmutableArray<PoolGrant> Grants { get; init; } = [];

    /// <summary>Iterations that it may execute at once.</summary>
    public int Slots { get; init; }

    /// <summary>Nothing more may start: it gives back what it has not started.</summary>
    public bool Stop { get; init; }

    /// <summary>It is not needed any more.</summary>
    public bool Leave { get; init; }

    /// <summary>When something becomes due that is not handed out yet; null: whenever it likes.</summary>
    public DateTimeOffset? AskAgainAt { get; init; }
}

/// <summary>Indexes handed to a worker: [<paramref name="Lo"/>, <paramref name="Hi"/>).</summary>
/// <param name="Lease">The fence of the reports.</param>
/// <param name="AttemptsUsed">Call attempts that earlier deliveries used up.</param>
public sealed record PoolGrant(int Lease, long Lo, long Hi, int AttemptsUsed = 0);

/// <summary>What the rules of the pool need to know, beside the ledger: the loop, and what may go on now.</summary>
public sealed record PoolSettings
{
    /// <summary>Whether anything may start: the execution runs, and no step of it has failed.</summary>
    public required bool IsOpen { get; init; }

    /// <summary>Iterations executing at once, over all workers.</summary>
    public required int MaxParallel { get; init; }

    /// <summary>Workers that share them, at most.</summary>
    public required int PoolSize { get; init; }

    /// <summary>One after the other, in order of index.</summary>
    public bool IsSequential { get; init; }

    /// <summary>More failures than this end the loop; null: any number is fine.</summary>
    public long? MaxFailed { get; init; }

    /// <summary>With <c>rateLimit</c>; null: none.</summary>
    public double? StartsPerSecond { get; init; }

    /// <summary>Iterations for which the log has room.</summary>
    public long MaxStarts { get; init; } = long.MaxValue;

    /// <summary>How long a worker may be silent.</summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromSeconds(10);
}
