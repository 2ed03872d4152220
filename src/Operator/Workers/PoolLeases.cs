using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Deciding;
using PlaybookOperator.Core.Executions.Pools;
using PlaybookOperator.Core.Governing;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Governing;

namespace PlaybookOperator.Operator.Workers;

/// <summary>What is known of the workers of a pool beside what they say themselves.</summary>
public interface IPoolMembers
{
    /// <summary>Those that have ended without a word, by the names under which they ask for iterations.</summary>
    IReadOnlySet<string> GoneOf(ExecutionId id, WorkKey pool);
}

/// <summary>Answers workers of pools: what may go on is read from the execution as it is now, who does what is decided in the log's own transaction.</summary>
public sealed class PoolLeases(IEventLog log, IEventReader reader, Reconciler reconciler, TimeProvider time, Allowances? allowances = null, IPoolMembers? members = null)
{
    /// <param name="id">The execution.</param>
    /// <param name="runId">The loop's run.</param>
    /// <param name="member">Which worker speaks.</param>
    /// <param name="request">What it says.</param>
    /// <param name="cancellationToken">Ends the wait, not the transaction.</param>
    public async Task<PoolReply> TurnAsync(ExecutionId id, long runId, string member, PoolRequest request, CancellationToken cancellationToken)
    {
        if (await reconciler.LookAsync(id, cancellationToken) is not var (header, state, plan)) return Goodbye(request, IngestOutcome.Unknown);
        if (state.IsTerminal) return Goodbye(request, IngestOutcome.Closed);
        if (Decider.PoolSettingsOf(plan, Reconciler.FactsOf(header), state, runId, allowances?.Of(header) ?? Allowance.Unlimited, time.GetUtcNow()) is not { } settings) return Goodbye(request, IngestOutcome.Duplicate);
        if (members is not null) settings = settings with { Gone = members.GoneOf(id, new WorkKey(runId, WorkKey.Pool)) };
        var turn = new PoolTurn(member, request.Reports)
        {
            Returned = [.. request.Returned.Select(given => new PoolReturn(given.Lease, given.Lo, given.Hi))],
            Wants = request.Wants,
            Leaves = request.Leaves,
            Heard = request.Heard,
        };
        var answer = (await log.LeaseAsync(id, runId, [turn], settings, cancellationToken))[0];
        var leased = new List<LeasedRange>(answer.Grants.Length);
        foreach (var grant in answer.Grants) leased.Add(await ToRangeAsync(id, runId, settings.Loop, grant, cancellationToken));
        return new PoolReply([.. answer.Outcomes.Select(Word)], leased, answer.Slots, answer.Stop, answer.Leave, answer.AskAgainAt);
    }

    /// <summary>How an outcome is called on the wire.</summary>
    public static string Word(IngestOutcome outcome) => outcome switch
    {
        IngestOutcome.Accepted => "accepted",
        IngestOutcome.Duplicate => "duplicate",
        IngestOutcome.Stale => "stale",
        IngestOutcome.Closed => "closed",
        _ => "unknown",
    };

    private async ValueTask<LeasedRange> ToRangeAsync(ExecutionId id, long runId, LoopState loop, PoolGrant grant, CancellationToken cancellationToken)
    {
        JsonElement? elements = loop.Range is not null
            ? null
            : await reader.ReadElementAsync(id, new WorkKey(runId, grant.Lo), (int)(grant.Hi - grant.Lo), cancellationToken);
        return new LeasedRange(grant.Lease, grant.Lo, grant.Hi, grant.AttemptsUsed, elements);
    }

    private static PoolReply Goodbye(PoolRequest request, IngestOutcome outcome) =>
        new([.. request.Reports.Select(_ => Word(outcome))], [], Slots: 0, Stop: true, Leave: true, AskAgainAt: null);
}
