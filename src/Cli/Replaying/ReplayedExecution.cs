using System.Text.Json;
using PlaybookOperator.Cli.Running;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Cli.Replaying;

/// <summary>A law that a line breaks.</summary>
/// <param name="Line">From 1; the last line of the execution where something is missing.</param>
internal sealed record Violation(int Line, string ExecutionId, string Message);

/// <summary>Folds one execution's log, line by line, and holds it to the laws of the event log.</summary>
/// <param name="keepResults">Whether the values of iterations are wanted at the end.</param>
internal sealed class ReplayedExecution(string id, string? parentId, List<Violation> violations, bool keepResults)
{
    private readonly Dictionary<(string Step, int Epoch), long> _runs = [];
    private readonly Dictionary<long, ReplayedRun> _tallies = [];
    private readonly Dictionary<EventType, long> _counts = [];
    private ExecutionState _state = ExecutionState.Initial;
    private string? _path;
    private long _lastEventId;
    private int _line;

    public string? ParentId => parentId;

    public void Apply(LoggedEvent logged)
    {
        _line = logged.Line;
        CheckOrder(logged.Event.EventId);
        _lastEventId = logged.Event.EventId;
        if (!logged.HasKnownType)
        {
            Break($"event_type '{logged.Type}' is not one of {string.Join(", ", EventTypes.AllNames)}.");
            return;
        }

        var happened = logged.Event;
        CheckStatus(happened.Type, logged.Status);
        _counts[happened.Type] = _counts.GetValueOrDefault(happened.Type) + 1;
        if (_state.IsTerminal)
        {
            Break($"{happened.Type.Name()} comes after the terminal event; nothing may follow it.");
            return;
        }

        if (_state.Phase == ExecutionPhase.Pending && happened.Type is not (EventType.PlaybookStarted or EventType.ExecutionCancelled or EventType.PlaybookFailed))
            Break($"{happened.Type.Name()} comes before playbook.started.");
        if (happened.Type == EventType.PlaybookStarted) _path = happened.Context.Member("playbook")?.GetString();
        if (Complete(happened) is { } whole) Fold(whole);
    }

    /// <summary>The line after the last one that could be read ends in the middle.</summary>
    public void CutOff(int line)
    {
        _line = line;
        Break("The line ends in the middle: the log was cut off while it was written, or copied in part.");
    }

    /// <summary>What can only be told at the end.</summary>
    public void End()
    {
        if (!_state.IsTerminal) Break("The execution has no terminal event: its log was cut off, or it had not ended.");
    }

    public RunView View() => new()
    {
        ExecutionId = id,
        Path = _path ?? "",
        State = _state,
        Counts = [.. Enum.GetValues<EventType>().Select(type => (type.Name(), _counts.GetValueOrDefault(type)))],
        LoopResults = run => ValueTask.FromResult(_tallies.TryGetValue(run.RunId, out var tally) ? tally.Results() : []),
        Result = run => ValueTask.FromResult(run.Result),
    };

    private void CheckOrder(long eventId)
    {
        if (eventId == _lastEventId + 1) return;
        Break(eventId <= _lastEventId
            ? $"event_id {eventId} comes after {_lastEventId}: ids go up by 1, and none comes twice."
            : $"event_id {eventId} follows {_lastEventId}: {(eventId - _lastEventId == 2 ? $"{_lastEventId + 1} is" : $"{_lastEventId + 1} to {eventId - 1} are")} missing.");
    }

    private void CheckStatus(EventType type, string status)
    {
        var names = Enum.GetValues<EventStatus>().Select(known => known.Name()).ToList();
        if (!names.Contains(status)) Break($"status '{status}' is not one of {string.Join(", ", names)}.");
        else if (!ReplayedRun.StatusesOf(type).Select(known => known.Name()).Contains(status))
            Break($"status {status} does not go with {type.Name()}, which is {string.Join(" or ", ReplayedRun.StatusesOf(type).Select(known => known.Name()))}.");
    }

    /// <summary>The event with its run and delivery, which follow from the lines before it; null when it speaks of what never began.</summary>
    private ExecutionEvent? Complete(ExecutionEvent happened)
    {
        if (happened.Step is null)
        {
            if (!BelongsToStep(happened.Type)) return happened;
            Break($"{happened.Type.Name()} names no step; every event of a step, a call, a loop or an iteration names its own.");
            return null;
        }

        if (happened.Epoch is not { } epoch)
        {
            Break($"{happened.Type.Name()} names the step '{happened.Step}' without an epoch.");
            return null;
        }

        if (happened.Type is EventType.StepStarted or EventType.StepSkipped)
        {
            if (!_runs.TryAdd((happened.Step, epoch), happened.EventId)) Break($"step '{happened.Step}' starts epoch {epoch} twice.");
            if (happened.Type == EventType.StepStarted) _tallies[happened.EventId] = new ReplayedRun(happened.Step, keepResults);
            return happened;
        }

        if (_runs.TryGetValue((happened.Step, epoch), out var run) && _tallies.TryGetValue(run, out var tally))
        {
            var whole = happened with { RunId = run };
            if (whole.Work is { } key) whole = whole with { Fence = tally.FenceOf(key.Index, whole.Type) };
            foreach (var broken in tally.Check(whole)) Break(broken);
            return whole;
        }

        Break($"{happened.Type.Name()} speaks of epoch {epoch} of the step '{happened.Step}', which has not started.");
        return null;
    }

    private static bool BelongsToStep(EventType type) => type is
        EventType.StepStarted or EventType.StepSkipped or EventType.StepExit
        or EventType.CallStarted or EventType.CallRetry or EventType.CallDone or EventType.CallError
        or EventType.IteratorStarted or EventType.IteratorCompleted or EventType.IteratorFailed
        or EventType.IterationStarted or EventType.IterationCompleted or EventType.IterationFailed
        or EventType.VarsSet or EventType.SinkDone or EventType.SinkError;

    private void Fold(ExecutionEvent happened)
    {
        try
        {
            _state = _state.Apply(happened);
        }
        catch (Exception unfit) when (unfit is InvalidOperationException or KeyNotFoundException or FormatException or NullReferenceException or OverflowException)
        {
            Break($"{happened.Type.Name()} lacks what its type must say: {unfit.Message}");
        }
    }

    private void Break(string message) => violations.Add(new Violation(_line, id, message));
}
