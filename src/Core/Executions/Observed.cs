using System.Collections.Immutable;
using System.Text.Json;
using PlaybookOperator.Core.Governing;

namespace PlaybookOperator.Core.Executions;

/// <summary>How a worker's Job stands.</summary>
public enum JobPhase
{
    /// <summary>Created; pending or running.</summary>
    Active,

    /// <summary>Its pod exited with 0.</summary>
    Succeeded,

    /// <summary>Of a pool: pods of it were lost, and the others go on.</summary>
    Short,

    /// <summary>Its pod failed, was evicted, ran out of time, or its node is gone.</summary>
    Failed,
}

/// <summary>One delivery of a piece of work: what a Job is made for.</summary>
public readonly record struct Delivery(WorkKey Key, int Fence);

/// <summary>What the user wants now, read from the custom resource.</summary>
public sealed record Intent
{
    public static Intent Run { get; } = new();

    public bool Suspend { get; init; }

    public bool Cancel { get; init; }

    /// <summary>Why it is cancelled, as a sentence; null: because somebody asked for it.</summary>
    public string? CancelMessage { get; init; }

    /// <summary>The resource is gone: nothing of it may stay behind.</summary>
    public bool Deleted { get; init; }

    public long Generation { get; init; }

    /// <summary>Editable values by field path: <c>overrides.loops.&lt;step&gt;.maxParallel</c>, <c>….maxFailed</c>, <c>limits.&lt;name&gt;</c> (durations in seconds).</summary>
    public ImmutableSortedDictionary<string, JsonElement> Overrides { get; init; } =
        ImmutableSortedDictionary.Create<string, JsonElement>(StringComparer.Ordinal);
}

/// <summary>
/// Everything outside the log that a decision may rest on. It must have been observed before the log was read: then a Job that is seen finished
/// has its result in the log, or has none.
/// </summary>
public sealed record Observed
{
    public static Observed Nothing { get; } = new();

    public Intent Intent { get; init; } = Intent.Run;

    /// <summary>All worker Jobs of the execution that exist, by the delivery that they were made for.</summary>
    public IReadOnlyDictionary<Delivery, JobPhase> Jobs { get; init; } = ImmutableDictionary<Delivery, JobPhase>.Empty;

    /// <summary>Deliveries that a worker has claimed.</summary>
    public IReadOnlySet<Delivery> Claimed { get; init; } = ImmutableHashSet<Delivery>.Empty;

    /// <summary>What the operator leaves the execution.</summary>
    public Allowance Allowance { get; init; } = Allowance.Unlimited;

    /// <summary>Outcomes of loops that a former decision asked for, by run id, in order of index.</summary>
    public IReadOnlyDictionary<long, IReadOnlyList<JsonElement?>> LoopResults { get; init; } = ImmutableDictionary<long, IReadOnlyList<JsonElement?>>.Empty;

    /// <summary>What the numbers of loops have come to that a former decision asked for, by run id.</summary>
    public IReadOnlyDictionary<long, LoopAggregates> Aggregates { get; init; } = ImmutableDictionary<long, LoopAggregates>.Empty;

    /// <summary>What succeeded in the loops of the execution that this one repeats, in order of index; those that a former decision asked for.</summary>
    public IReadOnlyDictionary<LoopName, IReadOnlyList<FormerIteration>> Former { get; init; } =
        ImmutableDictionary<LoopName, IReadOnlyList<FormerIteration>>.Empty;

    /// <summary>Results stored by reference that a former decision asked for.</summary>
    public IReadOnlyDictionary<WorkKey, JsonElement> LargeResults { get; init; } = ImmutableDictionary<WorkKey, JsonElement>.Empty;
}
