using PlaybookOperator.Core.Executions.Pools;
using PlaybookOperator.Core.Governing;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>
/// Decides on levels: what to do is a function of what is now true, never of what has just happened. Pure: the same arguments give the same answer.
/// </summary>
/// <remarks>
/// <code>
///            ┌────────────── until nothing more follows ──────────────┐
/// start → intent → pressure → deadline → deliveries → steps (calls, loops, routes) → entries → outcome → maxEvents → onExit → end      then, from the resulting state: Start, Stop
/// </code>
/// Laws, each held by the simulation: deciding again after obeying gives nothing; duplicates change nothing; never more than <c>maxParallel</c>
/// iterations alive; after the terminal event nothing is created; every quiet state that has not ended has live work, a time to wake, or a suspension.
/// </remarks>
public static class Decider
{
    /// <summary>Events after which a decision rests; what follows is decided when they are in the log.</summary>
    private const int MaxEvents = 10_000;

    private static readonly Action<Draft>[] s_rules =
    [
        LifeRules.Start,
        IntentRules.Cancel,
        IntentRules.SuspendOrResume,
        IntentRules.Update,
        PressureRules.Tell,
        LimitRules.EndAtDeadline,
        DeliveryRules.Redeliver,
        StepRules.Advance,
        EntryRules.Enter,
        LifeRules.EndWorkflow,
        LimitRules.WarnOfMaxEvents,
        LimitRules.EndAtMaxEvents,
        ExitRules.Enter,
        ExitRules.EndAtBudget,
        ExitRules.End,
    ];

    /// <summary>What may go on now in a loop that a pool runs; null when there is no such loop under way.</summary>
    /// <param name="runId">The loop's run.</param>
    /// <param name="allowance">What the operator leaves the execution.</param>
    public static PoolSettings? PoolSettingsOf(Plan plan, ExecutionFacts facts, ExecutionState state, long runId, Allowance allowance, DateTimeOffset now)
    {
        var run = state.Steps.Values.FirstOrDefault(run => run.RunId == runId);
        if (run is null || !state.Loops.TryGetValue(runId, out var loop) || loop.Pool is null) return null;
        return PooledLoopRules.SettingsOf(new Draft(plan, facts, state, Observed.Nothing with { Allowance = allowance }, now), run, plan.ByName[run.Step], loop);
    }

    /// <summary>Whatever stops an execution of this playbook, it has ended after so long at the latest.</summary>
    public static TimeSpan DrainTimeOf(Plan plan) => DrainRules.TimeOf(plan);

    /// <summary>Iterations and calls that the execution would have executing at once now, if it were alone; 0 when it has ended.</summary>
    public static int WidthOf(Plan plan, ExecutionFacts facts, ExecutionState state, DateTimeOffset now) =>
        state.IsTerminal ? 0 : LoopRules.WidthOf(new Draft(plan, facts, state, Observed.Nothing, now));

    /// <summary>Ends an execution whose plan cannot be had any more, with its terminal event; all its work is stopped.</summary>
    /// <param name="message">Why, in one sentence.</param>
    /// <param name="reason">The same in one word.</param>
    public static Decisions Abandon(ExecutionFacts facts, ExecutionState state, Observed observed, string message, string reason, DateTimeOffset now)
    {
        var draft = AbandonRules.Begin(facts, state, observed, now);
        AbandonRules.End(draft, message, reason);
        return draft.ToDecisions([], DeliveryRules.Useless(draft));
    }

    /// <param name="plan">The pinned playbook.</param>
    /// <param name="facts">What never changes about the execution.</param>
    /// <param name="state">The fold of its log, read after <paramref name="observed"/>.</param>
    /// <param name="observed">The world outside the log.</param>
    /// <param name="now">The time of deciding; events carry it.</param>
    /// <param name="bounds">What it may take; null: <see cref="DecidingBounds.Default"/>.</param>
    /// <exception cref="OperationCanceledException"><see cref="DecidingBounds.Stop"/> was cancelled.</exception>
    public static Decisions Decide(
        Plan plan, ExecutionFacts facts, ExecutionState state, Observed observed, DateTimeOffset now, DecidingBounds? bounds = null)
    {
        try
        {
            return Decide(new Draft(plan, facts, state, observed, now, bounds));
        }
        catch (EvaluationPausedException)
        {
            return new Decisions { IsTooLong = true };
        }
    }

    private static Decisions Decide(Draft draft)
    {
        while (draft.EventCount < MaxEvents && !draft.State.IsTerminal && !draft.Rests)
        {
            var before = draft.EventCount;
            foreach (var rule in s_rules)
                if (!draft.State.IsTerminal) rule(draft);
            if (draft.EventCount == before) break;
        }

        return draft.ToDecisions(DeliveryRules.WithoutWorker(draft), DeliveryRules.Useless(draft));
    }
}
