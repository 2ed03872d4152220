using System.Text.Json;

namespace PlaybookOperator.Core.Work;

/// <summary><c>POST /worker/v1/lease</c>: what a worker of a pool has done, and what it would take. Its word also keeps its leases alive.</summary>
/// <param name="Reports">Ends and waits of iterations; the fence of each is the number of its lease.</param>
/// <param name="Returned">Indexes that it gives back unstarted.</param>
/// <param name="Wants">Iterations that it would take, at most.</param>
/// <param name="Leaves">It says goodbye; what it still has goes to others.</param>
/// <param name="Heard">The newest lease that it was told of, 0 before the first: newer ones of its own are told again. Null: it does not say.</param>
public sealed record PoolRequest(IReadOnlyList<WorkReport> Reports, IReadOnlyList<ReturnedRange> Returned, int Wants, bool Leaves, int? Heard = null);

/// <summary>The indexes [<paramref name="Lo"/>, <paramref name="Hi"/>) of a lease.</summary>
public sealed record ReturnedRange(int Lease, long Lo, long Hi);

/// <summary>The answer to a <see cref="PoolRequest"/>.</summary>
/// <param name="Outcomes">One for each report, in order: <c>accepted</c>, <c>duplicate</c>, <c>stale</c>, <c>closed</c> or <c>unknown</c>.</param>
/// <param name="Slots">Iterations that it may execute at once from now on.</param>
/// <param name="Stop">Nothing more may start.</param>
/// <param name="Leave">It is not needed any more.</param>
/// <param name="AskAgainAt">When something becomes due; null: whenever it likes.</param>
public sealed record PoolReply(
    IReadOnlyList<string> Outcomes, IReadOnlyList<LeasedRange> Leased, int Slots, bool Stop, bool Leave, DateTimeOffset? AskAgainAt);

/// <summary>The indexes [<paramref name="Lo"/>, <paramref name="Hi"/>), leased.</summary>
/// <param name="AttemptsUsed">Call attempts that earlier deliveries used up.</param>
/// <param name="Elements">The list of their elements; null for a loop over a range.</param>
public sealed record LeasedRange(int Lease, long Lo, long Hi, int AttemptsUsed, JsonElement? Elements);
