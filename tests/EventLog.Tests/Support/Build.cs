using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.EventLog.Tests.Support;

/// <summary>Short ways to say events, reports and batches.</summary>
internal static class Build
{
    public static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static int s_entropy;

    public static JsonElement Json(string text) => JsonElement.Parse(text);

    public static NewExecution Execution(string? uid = null, string workload = "{}") => new(
        ExecutionId.Create(Now, Interlocked.Increment(ref s_entropy)), "cluster", uid ?? Guid.NewGuid().ToString(), "default", "demo", "book", "digest",
        Json("""{"workflow":[]}"""), Json(workload))
    {
        CreatedAt = Now,
    };

    public static ExecutionEvent Event(EventType type, string? step = null, long? run = null, long? index = null, string? context = null) => new()
    {
        Type = type,
        Status = type.DefaultStatus(),
        CreatedAt = Now,
        Step = step,
        Epoch = step is null ? null : 0,
        RunId = run,
        IterationIndex = index,
        Context = context is null ? null : Json(context),
    };

    public static ExecutionEvent Start(string step, long place) => Event(EventType.StepStarted, step, -place);

    public static ExecutionEvent Call(string step, long run, int fence = 1, string? reason = null) =>
        Event(EventType.CallStarted, step, run, context: Reason(reason)) with { Fence = fence };

    public static ExecutionEvent Loop(string step, long run, long total, bool range = true) =>
        Event(EventType.IteratorStarted, step, run, context: range
            ? $$"""{"total_count":{{total}},"range":{"start":1,"step":1} }"""
            : $$"""{"total_count":{{total}} }""");

    /// <summary>The call of a chunk [lo, hi).</summary>
    public static ExecutionEvent Chunk(string step, long run, long lo, long hi, int fence = 1) =>
        Event(EventType.IterationStarted, step, run, lo, $$"""{"lo":{{lo}},"hi":{{hi}}}""") with { Fence = fence };

    public static ExecutionEvent Iteration(string step, long run, long index, int fence = 1, string? reason = null) =>
        Event(EventType.IterationStarted, step, run, index, Reason(reason)) with { Fence = fence };

    public static WorkReport Done(long run, long index, string? result = "1", int fence = 1) => new()
    {
        RunId = run,
        Index = index,
        Fence = fence,
        Outcome = WorkOutcome.Completed,
        DurationMs = 1.5,
        Result = result is null ? null : Json(result),
    };

    public static WorkReport Failed(long run, long index, string message = "no luck", int fence = 1) =>
        Done(run, index, null, fence) with { Outcome = WorkOutcome.Failed, Error = new WorkError(WorkErrorKind.Http, message, 500, Retryable: true) };

    public static WorkReport Waiting(long run, long index, int fence = 1, int attempt = 1) =>
        Failed(run, index, "busy", fence) with { Outcome = WorkOutcome.Waiting, Attempt = attempt, NextAt = Now.AddMinutes(1) };

    /// <summary>A batch that enters step <c>fetch</c> and starts a loop of which the first iterations are dispatched. Its run is event 2.</summary>
    public static AppendBatch Begin(int total, int dispatched) => new(
        0,
        [
            Event(EventType.PlaybookStarted),
            Start("fetch", 2),
            Loop("fetch", -2, total),
            .. Enumerable.Range(0, dispatched).Select(index => Iteration("fetch", -2, index)),
        ]);

    private static string? Reason(string? reason) => reason is null ? null : $$"""{"reason":"{{reason}}"}""";
}
