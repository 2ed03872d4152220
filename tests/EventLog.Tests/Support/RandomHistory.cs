using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.EventLog.Tests.Support;

/// <summary>
/// Draws what deciders and workers might do next, from a seed: batches that a decider could append in the present state, and reports that are right,
/// late, double, forged or about nothing.
/// </summary>
internal sealed class RandomHistory(int seed)
{
    private static readonly string[] s_steps = ["a", "b", "c", "d"];
    private readonly Random _random = new(seed);
    private readonly Dictionary<long, (string Step, int Epoch)> _runs = [];

    public bool Chance(int percent) => _random.Next(100) < percent;

    public int Next(int max) => _random.Next(max);

    public (string Step, int Epoch) RunOf(long runId) => _runs[runId];

    /// <summary>Notes the runs that the log has numbered.</summary>
    public void Learn(IEnumerable<ExecutionEvent> events)
    {
        foreach (var started in events.Where(e => e.Type == EventType.StepStarted)) _runs[started.EventId] = (started.Step!, started.Epoch!.Value);
    }

    public AppendBatch NextBatch(ExecutionState state, long version)
    {
        var events = new List<ExecutionEvent>();
        var collections = new Dictionary<long, IReadOnlyList<JsonElement>>();
        if (state.StartedAt is null) events.Add(Build.Event(EventType.PlaybookStarted));
        var moves = 1 + Next(3);
        for (var i = 0; i < moves; i++) Move(state, events, collections);
        return new AppendBatch(version, events) { Collections = collections };
    }

    public IReadOnlyList<WorkReport> NextReports(ExecutionState state)
    {
        var reports = new List<WorkReport>();
        for (var i = Next(12); i >= 0; i--)
        {
            reports.Add(Report(state));
            if (Chance(20)) reports.Add(reports[Next(reports.Count)]);
        }

        return reports;
    }

    private void Move(ExecutionState state, List<ExecutionEvent> events, Dictionary<long, IReadOnlyList<JsonElement>> collections)
    {
        switch (Next(8))
        {
            case 0 or 1:
                Enter(state, events, collections);
                break;
            case 2 or 3:
                Dispatch(state, events);
                break;
            case 4 when Pick(state) is { } open && events.All(e => e.Work != open.Key):
                var lost = Chance(60) ? OpenWork.LostReason : OpenWork.RetryReason;
                events.Add(Started(open.Key, open.Fence + 1, lost));
                break;
            case 5 when Pick(state) is { } open && events.All(e => e.Work != open.Key):
                events.Add(Ended(open));
                break;
            default:
                events.Add(Other());
                break;
        }
    }

    private void Enter(ExecutionState state, List<ExecutionEvent> events, Dictionary<long, IReadOnlyList<JsonElement>> collections)
    {
        var step = s_steps[Next(s_steps.Length)];
        if (events.Any(e => e.Step == step)) return;
        var epoch = state.Steps.TryGetValue(step, out var former) ? former.Epoch + 1 : 0;
        if (Chance(15))
        {
            events.Add(Build.Event(EventType.StepSkipped, step) with { Epoch = epoch });
            return;
        }

        long run = -(events.Count + 1);
        events.Add(Build.Event(EventType.StepStarted, step, run, context: """{"args":{"x":1.50}}""") with { Epoch = epoch });
        if (Chance(30))
        {
            events.Add(Build.Call(step, run) with { Epoch = epoch });
            return;
        }

        var total = Next(30);
        var literal = Chance(50);
        if (Chance(30))
        {
            events.Add(Build.Event(EventType.IteratorStarted, step, run, context: $$"""{"total_count":{{total}},"chunk":4,"collect":"none"}""") with { Epoch = epoch });
            if (total > 0) events.Add(Build.Chunk(step, run, 0, Math.Min(4, total)) with { Epoch = epoch });
            return;
        }

        events.Add(Build.Loop(step, run, total, range: !literal) with { Epoch = epoch });
        if (literal) collections[run] = [.. Enumerable.Range(0, total).Select(n => Build.Json($"{n}"))];
        for (var i = 0; i < Math.Min(total, Next(5)); i++) events.Add(Build.Iteration(step, run, i) with { Epoch = epoch });
    }

    private void Dispatch(ExecutionState state, List<ExecutionEvent> events)
    {
        if (state.Loops.Count == 0) return;
        var loop = state.Loops.Values.ElementAt(Next(state.Loops.Count));
        if (events.Any(e => e.RunId == loop.RunId)) return;
        var (step, epoch) = _runs[loop.RunId];
        if (loop.Chunk is not null)
        {
            if (loop.Cursor < loop.Total) events.Add(Build.Chunk(step, loop.RunId, loop.Cursor, loop.Cursor + loop.SizeAt(loop.Cursor)) with { Epoch = epoch });
            return;
        }

        for (var i = loop.Cursor; i < Math.Min(loop.Total, loop.Cursor + Next(6)); i++)
        {
            var started = Started(new WorkKey(loop.RunId, i), 1, reason: null);
            events.Add(Chance(80) ? started : started with { Context = Build.Json($$"""{"next_start_at":"2030-01-01T00:00:{{10 + Next(40)}}.250000+00:00"}""") });
        }
    }

    private ExecutionEvent Started(WorkKey key, int fence, string? reason)
    {
        var (step, epoch) = _runs[key.RunId];
        return (key.IsCall ? Build.Call(step, key.RunId, fence, reason) : Build.Iteration(step, key.RunId, key.Index, fence, reason)) with { Epoch = epoch };
    }

    private ExecutionEvent Ended(OpenWork open)
    {
        var (step, epoch) = _runs[open.Key.RunId];
        var type = open.Key.IsCall ? EventType.CallError : EventType.IterationFailed;
        var ended = Build.Event(type, step, open.Key.RunId, open.Key.IsCall ? null : open.Key.Index, """{"error":{"kind":"WorkerLost"}}""") with { Epoch = epoch, Error = "lost" };
        return open.Size is { } size ? ended with { Context = Ingest.WithChunk(ended.Context, open.Key.Index, size) } : ended;
    }

    private ExecutionEvent Other() => Next(6) switch
    {
        0 => Build.Event(EventType.ExecutionSuspended),
        1 => Build.Event(EventType.ExecutionResumed),
        2 => Build.Event(EventType.ExecutionDegraded),
        3 => Build.Event(EventType.ExecutionUpdated, context: $$"""{"field":"limits.x{{Next(3)}}","new":{{Next(100)}} }"""),
        4 => Build.Event(EventType.VarsSet, s_steps[Next(4)]) with { Result = Build.Json($$"""{"v{{Next(3)}}":{{Next(100)}},"ü":"\u0000"}""") },
        _ => Build.Event(EventType.StepExit, s_steps[Next(4)], context: """{"routes":[{"step":"b","args":{"q":null}}]}"""),
    };

    private OpenWork? Pick(ExecutionState state) => state.Open.Count == 0 ? null : state.Open.Values.ElementAt(Next(state.Open.Count));

    private WorkReport Report(ExecutionState state)
    {
        var key = Pick(state) is { } open && Chance(80) ? open.Key : new WorkKey(1 + Next((int)state.LastEventId + 2), Next(12) - 2);
        var fence = state.Open.TryGetValue(key, out var present) && Chance(85) ? present.Fence : 1 + Next(3);
        var report = Next(10) switch
        {
            < 5 => Build.Done(key.RunId, key.Index, $"{{\"z\":[{Next(50)}],\"a\":null}}", fence),
            5 => Build.Done(key.RunId, key.Index, "7", fence) with { Until = Chance(50), ByReference = Chance(50), Case = key.IsCall ? 2 : null },
            < 8 => Build.Failed(key.RunId, key.Index, $"failed {Next(50)}", fence),
            _ => Build.Waiting(key.RunId, key.Index, fence, attempt: 1 + Next(5)),
        };
        return Chance(70) ? report : report with { Notes = [new WorkNote(EventType.CallRetry, 1, 1, report.Error, 5, Build.Now), new WorkNote(EventType.SinkDone, 1, null, null, null, Build.Now)] };
    }
}
