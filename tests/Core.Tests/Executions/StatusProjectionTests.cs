using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Executions;
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
