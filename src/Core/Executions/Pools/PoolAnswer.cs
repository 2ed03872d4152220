using System.Collections.Immutable;

namespace PlaybookOperator.Core.Executions.Pools;

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
