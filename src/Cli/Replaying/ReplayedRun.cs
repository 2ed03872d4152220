using System.Text.Json;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Cli.Replaying;

/// <summary>One entry into a step, as far as its lines were read: what has begun, what has ended, and whether the counts agree.</summary>
internal sealed class ReplayedRun(string step, bool keepResults)
{
    private readonly Dictionary<long, int> _fences = [];
    private readonly HashSet<long> _ended = [];
    private readonly SortedDictionary<long, JsonElement?> _results = [];
    private long? _total;
    private long _completed;
    private long _failed;
    private long _cancelled;
    private bool _isChunked;
    private bool _iteratorEnded;
    private bool _exited;

    /// <summary>The statuses that an event of this type may have.</summary>
    public static IReadOnlyList<EventStatus> StatusesOf(EventType type) => type switch
    {
        EventType.StepExit => [EventStatus.Completed, EventStatus.Failed, EventStatus.Cancelled, EventStatus.Skipped],
        EventType.CallError or EventType.IterationFailed or EventType.IteratorFailed or EventType.PlaybookFailed or EventType.WorkflowFailed =>
            [EventStatus.Failed, EventStatus.Cancelled],
        _ => [type.DefaultStatus()],
    };

    /// <summary>The delivery that an event is about: each start is one more.</summary>
    public int? FenceOf(long index, EventType type)
    {
        if (type is EventType.CallStarted or EventType.IterationStarted) return _fences[index] = _fences.GetValueOrDefault(index) + 1;
        return _fences.TryGetValue(index, out var fence) ? fence : null;
    }

    /// <summary>The laws that this event breaks.</summary>
    public IEnumerable<string> Check(ExecutionEvent happened)
    {
        if (_exited) return [$"{happened.Type.Name()} comes after the step '{step}' was left."];
        return happened.Type switch
        {
            EventType.StepExit => Exit(),
            EventType.IteratorStarted => StartIterator(happened),
            EventType.IteratorCompleted or EventType.IteratorFailed => EndIterator(happened),
            EventType.IterationStarted => StartIteration(happened),
            EventType.IterationCompleted or EventType.IterationFailed => EndIteration(happened),
            EventType.CallDone => EndCall(happened),
            EventType.CallError when happened.IterationIndex is null => EndCall(happened),
            _ => [],
        };
    }

    /// <summary>Values by index; a failed or missing iteration's place is null. A chunk is one value.</summary>
    public IReadOnlyList<JsonElement?> Results()
    {
        if (_isChunked) return [.. _results.Values];
        var results = new List<JsonElement?>();
        foreach (var (index, result) in _results)
        {
            while (results.Count < index) results.Add(null);
            results.Add(result);
        }

        return results;
    }

    private string[] Exit()
    {
        _exited = true;
        return _total is not null && !_iteratorEnded ? [$"step '{step}' is left before its loop has ended."] : [];
    }

    private string[] StartIterator(ExecutionEvent started)
    {
        if (_total is not null) return [$"the loop of step '{step}' starts twice."];
        _total = started.Context.Member("total_count") is { ValueKind: JsonValueKind.Number } total && total.TryGetInt64(out var count) ? count : null;
        _isChunked = started.Context.Member("mode") is { ValueKind: JsonValueKind.String } mode && mode.ValueEquals("chunked");
        // What a former execution had done is counted, and has no lines here.
        if (started.Context.Member("carried").Member("succeeded") is { ValueKind: JsonValueKind.Number } carried) _completed = carried.GetInt64();
        return _total is null ? ["iterator.started has no context.total_count."] : [];
    }

    private List<string> StartIteration(ExecutionEvent started)
    {
        var broken = CheckPlace(started);
        if (started.IterationIndex is { } index && _ended.Contains(index)) broken.Add($"iteration {index} of step '{step}' starts after it has ended.");
        return broken;
    }

    private List<string> EndIteration(ExecutionEvent ended)
    {
        var broken = CheckPlace(ended);
        if (ended.IterationIndex is not { } index) return broken;
        if (!_ended.Add(index)) broken.Add($"iteration {index} of step '{step}' ends twice.");
        if (ended.Type == EventType.IterationCompleted) _completed++;
        else if (ended.Status == EventStatus.Cancelled) _cancelled++;
        else _failed++;
        if (keepResults) _results[index] = ended.Result;
        return broken;
    }

    private List<string> CheckPlace(ExecutionEvent happened)
    {
        var broken = new List<string>();
        if (happened.IterationIndex is not { } index) broken.Add($"{happened.Type.Name()} has no iteration_index.");
        else if (_total is not { } total) broken.Add($"iteration {index} of step '{step}' comes before iterator.started.");
        else if (index < 0 || index >= total) broken.Add($"iteration {index} of step '{step}' is not one of its {total} iterations.");
        if (_iteratorEnded) broken.Add($"{happened.Type.Name()} comes after the loop of step '{step}' has ended.");
        return broken;
    }

    private List<string> EndIterator(ExecutionEvent ended)
    {
        var broken = new List<string>();
        if (_iteratorEnded) broken.Add($"the loop of step '{step}' ends twice in epoch {ended.Epoch}.");
        _iteratorEnded = true;
        if (_total is not { } total)
        {
            // A collection that could not be had ends the loop before it starts.
            if (ended.Type == EventType.IteratorCompleted) broken.Add($"the loop of step '{step}' ends and has not started.");
            return broken;
        }

        var stats = ended.Result.Member("stats");
        if (_isChunked || stats is null) return broken;
        // Logs from before 0.2 count what was cancelled as failed.
        if (stats.Member("failed") is { ValueKind: JsonValueKind.Number } told && told.TryGetInt64(out var count) && count == _failed + _cancelled) _failed = count;
        Agree("total", total);
        Agree("succeeded", _completed);
        Agree("failed", _failed);
        Agree("skipped", total - _completed - _failed);
        return broken;

        void Agree(string name, long counted)
        {
            if (stats.Member(name) is { ValueKind: JsonValueKind.Number } said && said.TryGetInt64(out var number) && number != counted)
                broken.Add($"stats.{name} of step '{step}' says {number}, and the log has {counted}.");
        }
    }

    private List<string> EndCall(ExecutionEvent ended)
    {
        var broken = new List<string>();
        if (!_fences.ContainsKey(WorkKey.Call)) broken.Add($"{ended.Type.Name()} of step '{step}' comes before call.started.");
        if (!_ended.Add(WorkKey.Call)) broken.Add($"the call of step '{step}' ends twice in epoch {ended.Epoch}.");
        return broken;
    }
}
