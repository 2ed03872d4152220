using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Failures;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions;

public sealed class StatusProjectionTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("x")]
    [InlineData("語")]
    [InlineData("x😀")]
    [InlineData("😀")]
    public void The_status_stays_under_16_KiB_whatever_the_playbook_and_the_errors_are(string text)
    {
        var view = StatusProjection.Project(Large(string.Concat(Enumerable.Repeat(text, 50_000))));
        var json = JsonText.Object(writer =>
        {
            writer.WriteString("message", view.Message);
            writer.WriteStartArray("steps");
            foreach (var step in view.Steps)
            {
                writer.WriteStartObject();
                writer.WriteString("name", step.Name);
                writer.WriteString("phase", step.Phase);
                writer.WriteString("progress", step.Progress);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
        Assert.InRange(Encoding.UTF8.GetByteCount(json.GetRawText()), 1000, 15 << 10);
        Assert.Equal(StatusProjection.MaxSteps, view.Steps.Length);
        Assert.StartsWith("step-0999", view.Steps[^1].Name, StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_counts_ended_iterations_and_active_ones_without_those_that_wait()
    {
        var state = ExecutionState.Initial with
        {
            Loops = ExecutionState.Initial.Loops.Add(3, new LoopState { RunId = 3, Step = "a", Epoch = 0, Total = 1000, Cursor = 732, Succeeded = 720, Failed = 10 }),
            Open = ExecutionState.Initial.Open
                .Add(new WorkKey(3, 730), new OpenWork(new WorkKey(3, 730), 1))
                .Add(new WorkKey(3, 731), new OpenWork(new WorkKey(3, 731), 1, NextAt: s_now)),
        };
        var progress = StatusProjection.Project(state).Progress;
        Assert.Equal(new Progress(1000, 720, 10, 1), progress);
        Assert.Equal("730/1000", progress.Text);
    }

    [Fact]
    public void Without_a_loop_progress_counts_steps_that_are_over()
    {
        var state = ExecutionState.Initial.Apply(
        [
            Event(1, EventType.PlaybookStarted),
            Event(2, EventType.WorkflowInitialized) with { Context = JsonElement.Parse("""{"steps": 7, "start": "a"}""") },
            Event(3, EventType.StepStarted, "a"),
            Event(4, EventType.StepExit, "a") with { RunId = 3 },
            Event(5, EventType.StepSkipped, "b"),
            Event(6, EventType.StepStarted, "c"),
        ]);
        Assert.Equal("2/7", StatusProjection.Project(state).Progress.Text);
        Assert.Equal("", StatusProjection.Project(ExecutionState.Initial).Progress.Text);
    }

    [Fact]
    public void Iterations_that_were_cancelled_are_not_failed()
    {
        var loop = new LoopState { RunId = 3, Step = "a", Epoch = 0, Total = 10 };
        var failed = Event(9, EventType.IterationFailed, "a") with { RunId = 3, IterationIndex = 1, Error = "503 from the server", Context = JsonElement.Parse("""{"error": {"kind": "Http"}}""") };
        var after = loop.Apply(failed).Apply(failed with { IterationIndex = 2, Status = EventStatus.Cancelled, Error = "The Execution was cancelled." });
        Assert.Equal((1, 1), (after.Failed, after.Done));
        Assert.Equal([new FailureCount("Http: # from the server", 1, "503 from the server")], after.Failures.Entries);
    }

    [Fact]
    public void Failures_of_loops_and_of_calls_are_told_together()
    {
        var state = ExecutionState.Initial.Apply(
        [
            Event(1, EventType.StepStarted, "a"),
            Event(2, EventType.IteratorStarted, "a") with { RunId = 1, Context = JsonElement.Parse("""{"total_count": 2}""") },
            Event(3, EventType.IterationFailed, "a") with { RunId = 1, IterationIndex = 0, Error = "no 1", Context = JsonElement.Parse("""{"error": {"kind": "Sql"}}""") },
            Event(4, EventType.IterationFailed, "a") with { RunId = 1, IterationIndex = 1, Error = "no 2", Context = JsonElement.Parse("""{"error": {"kind": "Sql"}}""") },
            Event(5, EventType.IteratorFailed, "a") with { RunId = 1, Error = "2 of 2 iterations failed" },
            Event(6, EventType.StepExit, "a") with { RunId = 1, Status = EventStatus.Failed },
            Event(7, EventType.StepStarted, "b"),
            Event(8, EventType.CallStarted, "b") with { RunId = 7, Fence = 1 },
            Event(9, EventType.CallError, "b") with { RunId = 7, Fence = 1, Error = "503 from x", Context = JsonElement.Parse("""{"error": {"kind": "Http", "message": "503 from x"}}""") },
            Event(10, EventType.StepExit, "b") with { RunId = 7, Status = EventStatus.Failed },
        ]);
        Assert.Equal(
            [new FailureCount("Sql: no #", 2, "no 1"), new FailureCount("Http: # from x", 1, "503 from x")], StatusProjection.Project(state).Failures);
    }

    private static ExecutionEvent Event(long id, EventType type, string? step = null) => new()
    {
        EventId = id, Type = type, Status = type.DefaultStatus(), CreatedAt = s_now, Step = step, Epoch = step is null ? null : 0,
    };

    private static ExecutionState Large(string message)
    {
        var steps = Enumerable.Range(0, 1000).Select(i => $"step-{i:0000}".PadRight(63, 'x')).Select((name, i) => new StepRun
        {
            Step = name,
            Epoch = 0,
            RunId = i + 1,
            Status = StepStatus.Completed,
            StartedAt = s_now.AddSeconds(i),
            Error = message,
        });
        return ExecutionState.Initial with { Phase = ExecutionPhase.Failed, Message = message, Steps = ExecutionState.Initial.Steps.AddRange(steps.Select(run => KeyValuePair.Create(run.Step, run))) };
    }
}
