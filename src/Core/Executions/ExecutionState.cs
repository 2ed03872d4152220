using System.Collections.Immutable;
using System.Text.Json;

namespace PlaybookOperator.Core.Executions;

/// <summary>The phase of an execution, in the words of the custom resource.</summary>
public enum ExecutionPhase
{
    Pending,
    Running,
    Suspended,
    Cancelling,
    Completed,
    Failed,
    Cancelled,
}

/// <summary>
/// What is true of one execution: the fold of its log. Immutable; its size does not depend on the length of any loop.
/// </summary>
public sealed record ExecutionState
{
    public static ExecutionState Initial { get; } = new();

    public ExecutionPhase Phase { get; init; }

    /// <summary>Id of the last event that was folded in; 0 before the first.</summary>
    public long LastEventId { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When the suspension that now holds began; null unless suspended.</summary>
    public DateTimeOffset? SuspendedAt { get; init; }

    /// <summary>How long former suspensions lasted: the clock of <c>maxDuration</c> stood still.</summary>
    public TimeSpan SuspendedFor { get; init; }

    /// <summary>Why it failed or was cancelled: one sentence; null otherwise.</summary>
    public string? Message { get; init; }

    /// <summary>A word for <see cref="Message"/>, such as <c>StepFailed</c> or <c>DeadlineExceeded</c>; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>Steps of the playbook; 0 while it has not begun.</summary>
    public int StepCount { get; init; }

    /// <summary>Completed, Failed or Cancelled from the event that decides it on, which onExit and the terminal event follow; null before.</summary>
    public ExecutionPhase? Outcome { get; init; }

    public DateTimeOffset? OutcomeAt { get; init; }

    public bool WorkflowEnded => Outcome is not null;

    public bool Degraded => DegradedReason is not null;

    /// <summary>Why it may soon not go on as it does, one word such as <c>MaxEvents</c>; null while nothing is near.</summary>
    public string? DegradedReason { get; init; }

    /// <summary>The same as a sentence with figures.</summary>
    public string? DegradedMessage { get; init; }

    /// <summary>The newest run of each step, by name, in order of names.</summary>
    public ImmutableSortedDictionary<string, StepRun> Steps { get; init; } =
        ImmutableSortedDictionary.Create<string, StepRun>(StringComparer.Ordinal);

    /// <summary>Loops by run id; those of newest runs only.</summary>
    public ImmutableSortedDictionary<long, LoopState> Loops { get; init; } = ImmutableSortedDictionary<long, LoopState>.Empty;

    /// <summary>Work that has started and not ended, in order of run and index.</summary>
    public ImmutableSortedDictionary<WorkKey, OpenWork> Open { get; init; } = ImmutableSortedDictionary<WorkKey, OpenWork>.Empty;

    /// <summary>Variables set by steps.</summary>
    public ImmutableSortedDictionary<string, JsonElement> Vars { get; init; } =
        ImmutableSortedDictionary.Create<string, JsonElement>(StringComparer.Ordinal);

    /// <summary>Values of the custom resource that were taken over while running, by field path (<c>overrides.loops.fetch.maxParallel</c>).</summary>
    public ImmutableSortedDictionary<string, JsonElement> Overrides { get; init; } =
        ImmutableSortedDictionary.Create<string, JsonElement>(StringComparer.Ordinal);

    public bool IsTerminal => Phase is ExecutionPhase.Completed or ExecutionPhase.Failed or ExecutionPhase.Cancelled;

    /// <summary>The run of that id; null when it is none that anybody reads any more.</summary>
    public StepRun? FindRun(long runId) => Steps.Values.FirstOrDefault(run => run.RunId == runId || run.Former?.RunId == runId);

    /// <summary>What templates of the step of <c>onExit</c> find under <c>error</c>: message and reason of a failed or cancelled workflow. Null otherwise.</summary>
    public JsonElement? ErrorFor(Playbooks.Plan plan, string step) =>
        plan.OnExit != step || Outcome is null or ExecutionPhase.Completed ? null : JsonText.Object(writer =>
        {
            writer.WriteString("message", Message);
            writer.WriteString("reason", Reason);
        });

    /// <summary>The state after one more event. Never fails: a log that was appended under the rules of this class always folds.</summary>
    public ExecutionState Apply(ExecutionEvent happened)
    {
        var next = happened.Step is null ? ApplyToExecution(happened) : ApplyToStep(happened);
        return next with { LastEventId = Math.Max(next.LastEventId, happened.EventId) };
    }

    /// <summary>Folds events in order.</summary>
    public ExecutionState Apply(IEnumerable<ExecutionEvent> happened) => happened.Aggregate(this, (state, one) => state.Apply(one));

    private ExecutionState ApplyToExecution(ExecutionEvent happened) => happened.Type switch
    {
        EventType.PlaybookStarted => this with { Phase = ExecutionPhase.Running, StartedAt = happened.CreatedAt },
        EventType.WorkflowInitialized => this with { StepCount = happened.Context.Member("steps") is { } steps && steps.TryGetInt32(out var count) ? count : 0 },
        EventType.ExecutionSuspended => this with { Phase = ExecutionPhase.Suspended, SuspendedAt = happened.CreatedAt },
        EventType.ExecutionResumed => Resume(happened),
        EventType.ExecutionCancelling => Decide(ExecutionPhase.Cancelled, happened) with { Phase = ExecutionPhase.Cancelling, SuspendedAt = null },
        EventType.ExecutionUpdated => Override(happened),
        EventType.ExecutionDegraded => this with
        {
            DegradedReason = happened.Context.Member("reason")?.GetString() ?? "Degraded",
            DegradedMessage = happened.Context.Member("message")?.GetString(),
        },
        EventType.ExecutionRecovered => this with { DegradedReason = null, DegradedMessage = null },
        EventType.WorkflowCompleted => Decide(ExecutionPhase.Completed, happened),
        EventType.WorkflowFailed => Decide(ExecutionPhase.Failed, happened),
        EventType.PlaybookCompleted => End(ExecutionPhase.Completed, happened),
        EventType.PlaybookFailed => End(ExecutionPhase.Failed, happened),
        EventType.ExecutionCancelled => End(ExecutionPhase.Cancelled, happened),
        _ => this,
    };

    private ExecutionState Resume(ExecutionEvent happened) => this with
    {
        Phase = ExecutionPhase.Running,
        SuspendedFor = SuspendedFor + (happened.CreatedAt - (SuspendedAt ?? happened.CreatedAt)),
        SuspendedAt = null,
    };

    private ExecutionState Decide(ExecutionPhase outcome, ExecutionEvent happened) => this with
    {
        Outcome = outcome,
        OutcomeAt = happened.CreatedAt,
        Message = happened.Error,
        Reason = happened.Context.Member("reason")?.GetString(),
    };

    private ExecutionState End(ExecutionPhase phase, ExecutionEvent happened) => this with
    {
        Phase = phase,
        EndedAt = happened.CreatedAt,
        Message = happened.Error ?? Message,
        Reason = happened.Context.Member("reason")?.GetString() ?? Reason,
        // After the terminal event nothing is wanted any more; what still runs is stopped.
        Open = Open.Clear(),
    };

    private ExecutionState Override(ExecutionEvent happened)
    {
        var field = happened.Context.Member("field")!.Value.GetString()!;
        return this with { Overrides = Overrides.SetItem(field, happened.Context.Member("new")!.Value) };
    }

    private ExecutionState ApplyToStep(ExecutionEvent happened) => happened.Type switch
    {
        EventType.StepStarted or EventType.StepSkipped => Enter(happened),
        EventType.StepExit => Exit(happened),
        EventType.VarsSet => this with { Vars = Vars.SetItems(Members(happened.Result)) },
        EventType.IteratorStarted => Change(happened, run => run with { IsLoop = true }) with
        {
            Loops = Loops.SetItem(happened.RunId!.Value, LoopState.Start(happened)),
        },
        EventType.IteratorCompleted or EventType.IteratorFailed => EndCall(happened),
        EventType.SinkDone or EventType.SinkError => this,
        EventType.CallRetry when happened.IsOfPool => RenewPool(happened),
        _ => ApplyToWork(happened),
    };

    /// <summary>A new run takes the place of the step's former one, and of that one's loop.</summary>
    private ExecutionState Enter(ExecutionEvent happened)
    {
        var run = happened.Type == EventType.StepStarted ? Start(happened) : Skip(happened);
        if (!Steps.TryGetValue(run.Step, out var previous)) return this with { Steps = Steps.SetItem(run.Step, run) };
        var next = run with
        {
            AnsweredBy = happened.Context.Member("again") is null ? run.RunId : previous.AnsweredBy,
            Owed = OwedBy(previous),
            Former = previous.Visible is { } visible ? visible with { Former = null } : null,
        };
        return this with { Steps = Steps.SetItem(run.Step, next), Loops = Loops.Remove(previous.RunId) };
    }

    /// <summary>Routes that no run of their target has answered; one for each target, the newest.</summary>
    private ImmutableArray<Route> OwedBy(StepRun run) => run.Owed.Length + run.Routes.Length == 0
        ? []
        :
        [
            .. run.Owed.Concat(run.Routes)
                .Where(route => !Steps.TryGetValue(route.Step, out var target) || run.IsFreshFor(target, route.IsBack))
                .GroupBy(route => route.Step, StringComparer.Ordinal).Select(routes => routes.Last()),
        ];

    private static StepRun Start(ExecutionEvent happened) => new()
    {
        Step = happened.Step!,
        Epoch = happened.Epoch!.Value,
        RunId = RunIdOf(happened),
        AnsweredBy = RunIdOf(happened),
        Status = StepStatus.Running,
        Args = happened.Context.Member("args"),
        StartedAt = happened.CreatedAt,
    };

    private static StepRun Skip(ExecutionEvent happened) => Start(happened) with { Status = StepStatus.Skipped, EndedAt = happened.CreatedAt };

    /// <summary>Before the log has numbered it, the event's provisional id stands in <see cref="ExecutionEvent.RunId"/>.</summary>
    private static long RunIdOf(ExecutionEvent entered) => entered.EventId != 0 ? entered.EventId : entered.RunId ?? 0;

    /// <summary>A result of the step's <c>case</c> takes the place of what the call or the loop gave.</summary>
    private ExecutionState Exit(ExecutionEvent happened) => Change(happened, run => run with
    {
        Status = happened.Status switch
        {
            EventStatus.Failed => StepStatus.Failed,
            EventStatus.Cancelled => StepStatus.Cancelled,
            _ => StepStatus.Completed,
        },
        Error = happened.Error ?? run.Error,
        Routes = Route.Read(happened.Context),
        Handled = happened.Context.Member("handled") is { ValueKind: JsonValueKind.True },
        Result = happened.Result ?? run.Result,
        ResultBytes = happened.Result is null ? run.ResultBytes : null,
        IsLoop = run.IsLoop && happened.Result is null,
        EndedAt = happened.CreatedAt,
    });

    private ExecutionState ApplyToWork(ExecutionEvent happened)
    {
        var key = happened.Work!.Value;
        var open = OpenWork.Apply(Open.GetValueOrDefault(key), happened);
        var next = this with { Open = open is null ? Open.Remove(key) : Open.SetItem(key, open) };
        if (Loops.TryGetValue(key.RunId, out var loop)) next = next with { Loops = Loops.SetItem(key.RunId, loop.Apply(happened)) };
        return key.IsCall && open is null ? next.EndCall(happened) : next;
    }

    private ExecutionState RenewPool(ExecutionEvent happened) => Loops.TryGetValue(happened.RunId!.Value, out var loop)
        ? this with { Loops = Loops.SetItem(loop.RunId, loop with { Pool = PoolState.Read(happened.Context.Member("pool")!.Value) with { RenewedAt = happened.CreatedAt } }) }
        : this;

    private ExecutionState EndCall(ExecutionEvent happened) => Change(happened, run => run with
    {
        CallEnded = true,
        Result = happened.Result,
        Response = happened.Context.Member("response"),
        Warnings = happened.Context.Member("warnings") is { ValueKind: JsonValueKind.Array } warnings ? [.. warnings.EnumerateArray().Select(text => text.GetString() ?? "")] : [],
        MatchedCase = happened.Context.Member("case")?.GetInt32(),
        ResultBytes = happened.Context.Member("result_bytes")?.GetInt64(),
        Error = happened.Error,
        ErrorDetail = happened.Context.Member("error"),
        Attempt = happened.Attempt,
    });

    private ExecutionState Change(ExecutionEvent happened, Func<StepRun, StepRun> change) =>
        Steps.TryGetValue(happened.Step!, out var run) && run.Epoch == happened.Epoch
            ? this with { Steps = Steps.SetItem(run.Step, change(run)) }
            : this;

    private static IEnumerable<KeyValuePair<string, JsonElement>> Members(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Object } map
            ? map.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, member.Value))
            : [];
}
