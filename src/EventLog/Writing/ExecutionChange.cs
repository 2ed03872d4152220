using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.EventLog.Writing;

/// <summary>What a decider's batch does to the row of its execution. Null means: stays as it is.</summary>
internal sealed record ExecutionChange(ExecutionPhase? Phase, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt)
{
    public static ExecutionChange Of(IReadOnlyList<ExecutionEvent> events)
    {
        var change = new ExecutionChange(Phase: null, StartedAt: null, EndedAt: null);
        foreach (var happened in events.Where(happened => happened.Step is null)) change = change.After(happened);
        return change;
    }

    private ExecutionChange After(ExecutionEvent happened)
    {
        var before = ExecutionState.Initial with { Phase = Phase ?? ExecutionPhase.Pending };
        var after = before.Apply(happened);
        var sets = after.Phase != before.Phase || happened.Type.IsTerminal()
            || happened.Type is EventType.PlaybookStarted or EventType.ExecutionSuspended or EventType.ExecutionResumed or EventType.ExecutionCancelling;
        return new ExecutionChange(sets ? after.Phase : Phase, after.StartedAt ?? StartedAt, after.EndedAt ?? EndedAt);
    }
}
