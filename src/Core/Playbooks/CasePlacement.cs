using System.Collections.Immutable;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>
/// Decides who asks which entry of a <c>case</c>.
/// </summary>
/// <remarks>
/// <code>
/// outside loops   an entry with retry, sink or collect: the worker asks all entries, does these, and reports which one was true;
///                 result, fail, set and next follow in the operator. Without such an entry the operator asks.
/// in a loop       entries on call.* (or with retry, collect) that only retry, fail, result or collect: the worker, after each call.
///                 All others, on iterator.* or none: the operator, once, after the loop. call.error there means a failed loop.
/// </code>
/// </remarks>
internal static class CasePlacement
{
    /// <summary>The worker's entries and the operator's; problems for those that belong to neither.</summary>
    public static (ImmutableArray<CaseClause> Worker, ImmutableArray<CaseClause> Operator) Place(
        ImmutableArray<CaseClause> clauses, TaskPlan? task, LoopPlan? loop, List<Problem> problems)
    {
        if (task is null)
        {
            foreach (var clause in clauses.Where(clause => clause.Then.NeedsWorker))
                Report(problems, clause, "has retry, sink or collect, which act on a call; this step has no tool.");
            return ([], clauses);
        }

        if (loop is null) return (clauses.Any(clause => clause.Then.NeedsWorker) ? clauses : [], clauses);
        var worker = ImmutableArray.CreateBuilder<CaseClause>();
        var operators = ImmutableArray.CreateBuilder<CaseClause>();
        foreach (var clause in clauses)
        {
            Check(clause, problems);
            if (IsOfIteration(clause)) worker.Add(clause);
            else operators.Add(clause);
        }

        return (worker.ToImmutable(), operators.ToImmutable());
    }

    private static bool IsOfIteration(CaseClause clause) =>
        clause.Then.Retry is not null || clause.Then.Collect is not null
        || ((clause.Events & (CaseEvents.CallDone | CaseEvents.CallError)) != CaseEvents.None && !IsOfStep(clause) && (clause.Then.Fail is not null || clause.Then.Result is not null));

    private static bool IsOfStep(CaseClause clause) => clause.Then.Next.Length > 0 || clause.Then.Set is not null;

    private static void Check(CaseClause clause, List<Problem> problems)
    {
        var then = clause.Then;
        if (then.Sink is not null)
            Report(problems, clause, "has a sink, which a case in a loop cannot have: the step's own sink writes each iteration, a step after it the whole.");
        if ((then.Retry is not null || then.Collect is not null) && IsOfStep(clause))
            Report(problems, clause, "mixes retry or collect, which each iteration does, with set or next, which the step does once; write two entries: one on call.*, one on iterator.*.");
        else if ((then.Retry is not null || then.Collect is not null) && clause.Events.HasFlag(CaseEvents.Iterator))
            Report(problems, clause, "asks for the end of the loop, but retry and collect act on one call; ask for call.done or call.error.");
        else if (clause.Events.HasFlag(CaseEvents.CallDone) && IsOfStep(clause))
            Report(problems, clause, "asks for call.done, which in a loop is each iteration's and may only retry, fail, result or collect; ask for iterator.completed to set or go on.");
    }

    private static void Report(List<Problem> problems, CaseClause clause, string message) =>
        problems.Add(new Problem(ProblemSeverity.Error, clause.Field, message));
}
