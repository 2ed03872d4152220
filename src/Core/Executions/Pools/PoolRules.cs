namespace PlaybookOperator.Core.Executions.Pools;

/// <summary>
/// The rules of a pool: which report counts, what is handed to whom, whose lease is lost. Pure; both logs apply it to the ledger inside the transaction
/// that writes what it gives.
/// </summary>
/// <remarks>
/// <code>
/// turns of workers → was there nobody to hear them? → reports, returns → who was silent too long → grants
/// </code>
/// </remarks>
public static class PoolRules
{
    /// <summary>Iterations in one lease, at most.</summary>
    public const int MaxLease = 4_000;

    /// <summary>Ranges in one answer, at most.</summary>
    public const int MaxGrants = 64;

    /// <summary>Ranges that may wait to be handed out again; nothing new is handed out while there are as many.</summary>
    public const int MaxReturned = 2_000;

    /// <param name="ledger">The ledger as it is.</param>
    /// <param name="loop">The loop as it is.</param>
    /// <param name="settings">What may go on now.</param>
    /// <param name="turns">What workers say, in order.</param>
    /// <param name="now">The log's clock.</param>
    public static PoolStep Apply(PoolLedger ledger, LoopState loop, PoolSettings settings, IReadOnlyList<PoolTurn> turns, DateTimeOffset now)
    {
        var draft = new LedgerDraft(ledger, loop, settings, now);
        draft.MakeUpForSilence();
        var outcomes = new IReadOnlyList<IngestOutcome>[turns.Count];
        for (var i = 0; i < outcomes.Length; i++) outcomes[i] = draft.Hear(turns[i]);
        draft.LoseSilent();
        var answers = new PoolAnswer[turns.Count];
        for (var i = 0; i < answers.Length; i++) answers[i] = new LedgerGrants(draft, turns[i]).Answer() with { Outcomes = outcomes[i] };
        return draft.ToStep(answers);
    }
}
