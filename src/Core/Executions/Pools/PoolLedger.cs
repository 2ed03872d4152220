using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace PlaybookOperator.Core.Executions.Pools;

/// <summary>
/// Who works on what in a loop with a pool of workers: the authority, kept by the log and changed only by <see cref="PoolRules"/>. Its size follows
/// the number of workers and of exceptions, never the length of the loop. JSON: snake_case.
/// </summary>
/// <remarks>
/// An index is in exactly one place: at or above <see cref="Cursor"/> (never handed out), in <see cref="Returned"/> (handed out once, and to be again),
/// open in one of <see cref="Leases"/>, or ended.
/// </remarks>
public sealed record PoolLedger
{
    public static PoolLedger Empty { get; } = new();

    /// <summary>The first index that was never handed out.</summary>
    public long Cursor { get; init; }

    /// <summary>What was handed out and came back: unstarted, lost with its worker, or waiting for its next attempt. In order of index.</summary>
    public ImmutableArray<PoolSlice> Returned { get; init; } = [];

    public ImmutableArray<PoolLease> Leases { get; init; } = [];

    /// <summary>Workers that have been heard of lately, in order of joining.</summary>
    public ImmutableArray<PoolMember> Members { get; init; } = [];

    /// <summary>Number of the newest lease; each lease has a number of its own, which is the fence of its reports.</summary>
    public int LastLease { get; init; }

    /// <summary>When any worker was heard of last; null: none yet.</summary>
    public DateTimeOffset? HeardAt { get; init; }

    /// <summary>With <c>rateLimit</c>: the earliest instant at which the next iteration may start; null before the first.</summary>
    public DateTimeOffset? NextStartAt { get; init; }

    /// <summary>Elements that are leased and have not ended.</summary>
    [JsonIgnore]
    public long Leased => Leases.Sum(lease => lease.Open.Sum(part => part.Hi - part.Lo));

    /// <summary>Elements that execute: each worker as many iterations of its leases as it may at once.</summary>
    /// <param name="unit">Elements of an iteration, at most.</param>
    public long Executing(int unit) => Members.Sum(member =>
        Math.Min((long)member.Slots * unit, Leases.Where(lease => lease.Member == member.Name).Sum(lease => lease.Open.Sum(part => part.Hi - part.Lo))));
}

/// <summary>The indexes from <paramref name="Lo"/> up to, not including, <paramref name="Hi"/>.</summary>
public readonly record struct IndexRange(long Lo, long Hi);

/// <summary>Indexes to be handed out again.</summary>
/// <param name="MaxIterations">
/// Iterations that one lease may take of it: after a worker was lost with more, half as many, so that an iteration which kills its worker stands alone
/// in the end. 0: any number.
/// </param>
/// <param name="Losses">How often a worker was lost with this one iteration alone.</param>
/// <param name="AttemptsUsed">Call attempts that earlier deliveries used up.</param>
/// <param name="DueAt">Not before; null: at once.</param>
public sealed record PoolSlice(long Lo, long Hi, int MaxIterations = 0, int Losses = 0, int AttemptsUsed = 0, DateTimeOffset? DueAt = null);

/// <summary>Indexes that one worker has.</summary>
/// <param name="Id">The fence of its reports.</param>
/// <param name="Member">Name of the worker.</param>
/// <param name="Open">What has not ended of it, in order.</param>
public sealed record PoolLease(int Id, string Member, ImmutableArray<IndexRange> Open, int Losses = 0, int AttemptsUsed = 0);

/// <param name="Name">The pod's uid; for a worker in this process any name of its own.</param>
/// <param name="Until">Without another word until then it counts as gone.</param>
/// <param name="JoinedAt">When it was heard first.</param>
/// <param name="Slots">Iterations that it may execute at once, as it was told last.</param>
public sealed record PoolMember(string Name, DateTimeOffset Until, DateTimeOffset JoinedAt = default, int Slots = 0);

/// <summary>How the ledger is stored.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(PoolLedger))]
public sealed partial class PoolJson : JsonSerializerContext;
