namespace PlaybookOperator.Core.Executions;

/// <summary>Every kind of event that a log may hold. The wire name is in <see cref="EventTypes"/>.</summary>
public enum EventType
{
    PlaybookStarted,
    WorkflowInitialized,
    WorkflowCompleted,
    WorkflowFailed,
    PlaybookCompleted,
    PlaybookFailed,
    ExecutionCancelling,
    ExecutionCancelled,
    ExecutionSuspended,
    ExecutionResumed,
    ExecutionUpdated,
    ExecutionDegraded,
    ExecutionRecovered,
    StepStarted,
    StepSkipped,
    StepExit,
    CallStarted,
    CallRetry,
    CallDone,
    CallError,
    IteratorStarted,
    IterationStarted,
    IterationCompleted,
    IterationFailed,
    IteratorCompleted,
    IteratorFailed,
    VarsSet,
    SinkDone,
    SinkError,
}

/// <summary>The status that an event gives its subject; checked by the database.</summary>
public enum EventStatus
{
    Pending,
    Started,
    Running,
    Completed,
    Failed,
    Skipped,
    Cancelled,
    Paused,
}
