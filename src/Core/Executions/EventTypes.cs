using System.Collections.Frozen;

namespace PlaybookOperator.Core.Executions;

/// <summary>Wire names of event types and statuses, and what each type means for the fold.</summary>
public static class EventTypes
{
    private static readonly FrozenDictionary<EventType, string> s_names = new Dictionary<EventType, string>
    {
        [EventType.PlaybookStarted] = "playbook.started",
        [EventType.WorkflowInitialized] = "workflow.initialized",
        [EventType.WorkflowCompleted] = "workflow.completed",
        [EventType.WorkflowFailed] = "workflow.failed",
        [EventType.PlaybookCompleted] = "playbook.completed",
        [EventType.PlaybookFailed] = "playbook.failed",
        [EventType.ExecutionCancelling] = "execution.cancelling",
        [EventType.ExecutionCancelled] = "execution.cancelled",
        [EventType.ExecutionSuspended] = "execution.suspended",
        [EventType.ExecutionResumed] = "execution.resumed",
        [EventType.ExecutionUpdated] = "execution.updated",
        [EventType.ExecutionDegraded] = "execution.degraded",
        [EventType.ExecutionRecovered] = "execution.recovered",
        [EventType.StepStarted] = "step.started",
        [EventType.StepSkipped] = "step.skipped",
        [EventType.StepExit] = "step.exit",
        [EventType.CallStarted] = "call.started",
        [EventType.CallRetry] = "call.retry",
        [EventType.CallDone] = "call.done",
        [EventType.CallError] = "call.error",
        [EventType.IteratorStarted] = "iterator.started",
        [EventType.IterationStarted] = "iteration.started",
        [EventType.IterationCompleted] = "iteration.completed",
        [EventType.IterationFailed] = "iteration.failed",
        [EventType.IteratorCompleted] = "iterator.completed",
        [EventType.IteratorFailed] = "iterator.failed",
        [EventType.VarsSet] = "vars.set",
        [EventType.SinkDone] = "sink.done",
        [EventType.SinkError] = "sink.error",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, EventType> s_types =
        s_names.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);

    private static readonly string[] s_statusNames =
        Enum.GetNames<EventStatus>().Select(name => name.ToUpperInvariant()).ToArray();

    /// <summary>All wire names, in ordinal order.</summary>
    public static IReadOnlyList<string> AllNames { get; } = [.. s_types.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The wire name, such as <c>iteration.completed</c>.</summary>
    public static string Name(this EventType type) => s_names[type];

    /// <summary>The wire name in capitals, such as <c>RUNNING</c>.</summary>
    public static string Name(this EventStatus status) => s_statusNames[(int)status];

    /// <summary>Accepts the wire name and the older spelling with an underscore (<c>iterator_started</c>).</summary>
    public static bool TryParse(string text, out EventType type) =>
        s_types.TryGetValue(text, out type) || s_types.TryGetValue(text.Replace('_', '.'), out type);

    /// <summary>Exactly one of these ends an execution; nothing follows it.</summary>
    public static bool IsTerminal(this EventType type) =>
        type is EventType.PlaybookCompleted or EventType.PlaybookFailed or EventType.ExecutionCancelled;

    /// <summary>The status that an event of this type carries, where the type alone decides it.</summary>
    public static EventStatus DefaultStatus(this EventType type) => type switch
    {
        EventType.PlaybookStarted => EventStatus.Started,
        EventType.StepStarted or EventType.CallStarted or EventType.IteratorStarted or EventType.IterationStarted
            or EventType.ExecutionResumed or EventType.ExecutionCancelling or EventType.ExecutionUpdated
            or EventType.ExecutionDegraded or EventType.ExecutionRecovered => EventStatus.Running,
        EventType.CallRetry => EventStatus.Pending,
        EventType.StepSkipped => EventStatus.Skipped,
        EventType.ExecutionSuspended => EventStatus.Paused,
        EventType.ExecutionCancelled => EventStatus.Cancelled,
        EventType.WorkflowFailed or EventType.PlaybookFailed or EventType.CallError or EventType.IterationFailed
            or EventType.IteratorFailed or EventType.SinkError => EventStatus.Failed,
        EventType.WorkflowInitialized or EventType.WorkflowCompleted or EventType.PlaybookCompleted or EventType.StepExit
            or EventType.CallDone or EventType.IterationCompleted or EventType.IteratorCompleted or EventType.VarsSet
            or EventType.SinkDone => EventStatus.Completed,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not an event type."),
    };
}
