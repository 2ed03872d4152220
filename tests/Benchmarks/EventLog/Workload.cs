using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog;

namespace PlaybookOperator.Benchmarks.EventLog;

/// <summary>The events and reports of one long loop over a range.</summary>
internal static class Workload
{
    private const long Run = 2;
    private static readonly JsonElement s_empty = JsonText.EmptyObject;
    private static readonly JsonElement s_result = JsonElement.Parse("""{"value":42}""");
    private static readonly JsonElement s_loop = JsonElement.Parse("""{"total_count":100000000,"range":{"start":0,"step":1}}""");
    private static int s_entropy;

    public static NewExecution Execution() => new(
        ExecutionId.Create(Now, Interlocked.Increment(ref s_entropy)), "cluster", Guid.NewGuid().ToString(), "default", "bench", "book", "digest", s_empty, s_empty)
    {
        CreatedAt = Now,
    };

    public static AppendBatch Begin() => new(0, [Event(EventType.PlaybookStarted, null), Event(EventType.StepStarted, -2), Event(EventType.IteratorStarted, -2) with { Context = s_loop }]);

    public static AppendBatch Dispatch(long version, int first, int count) => new(
        version,
        [.. Enumerable.Range(first, count).Select(index => Event(EventType.IterationStarted, Run) with { IterationIndex = index, Fence = 1 })]);

    public static WorkReport[] Reports(int first, int count) =>
    [
        .. Enumerable.Range(first, count).Select(index => new WorkReport
        {
            RunId = Run, Index = index, Fence = 1, Outcome = WorkOutcome.Completed, DurationMs = 1, Result = s_result,
        }),
    ];

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static ExecutionEvent Event(EventType type, long? run) => new()
    {
        Type = type,
        Status = type.DefaultStatus(),
        CreatedAt = Now,
        Step = run is null ? null : "fetch",
        Epoch = run is null ? null : 0,
        RunId = run,
    };
}
