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

    /// <summary>The newest lease that it has been told of; 0: none yet. What was leased to it since was in an answer that it never got. Null: it does not say.</summary>
    public int? Heard { get; init; }

    /// <summary>It says goodbye: what it still has is handed out again.</summary>
    public bool Leaves { get; init; }
}

/// <summary>Indexes of one lease that were not started.</summary>
public sealed record PoolReturn(int Lease, long Lo, long Hi);
