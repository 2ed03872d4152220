using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Tests.Playbooks;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions;

public sealed class IntentDecisionTests
{
    private const string Loop = """
        {"limits": {"maxDuration": 60}, "workflow": [{"step": "only", "tool": {"kind": "http", "url": "http://example.test/"},
          "loop": {"in": [1, 2, 3], "mode": "async", "maxParallel": 2}}]}
        """;

    [Fact]
    public void Suspending_lets_what_runs_end_and_starts_nothing_until_resumed()
    {
        var run = new Scenario(Loop);
        run.Settle();
        run.Intent = run.Intent with { Suspend = true };
        run.Complete("only", 0).Complete("only", 1);
        Assert.Equal(ExecutionPhase.Suspended, run.State.Phase);
        Assert.Empty(run.State.Open);
        run.Intent = run.Intent with { Suspend = false };
        run.Complete("only", 2);
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
    }

    [Fact]
    public void The_clock_of_maxDuration_stands_still_while_suspended()
    {
        var run = new Scenario(Loop);
        run.Intent = run.Intent with { Suspend = true };
        run.Settle();
        run.Now = run.Now.AddHours(1);
        run.Intent = run.Intent with { Suspend = false };
        Assert.Equal(run.Now.AddSeconds(60), run.Settle().WakeAt);
        Assert.Equal(ExecutionPhase.Running, run.State.Phase);
    }

    [Theory]
    [InlineData(false, "Cancelled")]
    [InlineData(true, "Deleted")]
    public void Cancelling_ends_all_open_work_and_the_execution_once(bool deleted, string reason)
    {
        var run = new Scenario(Loop);
        run.Settle();
        run.Intent = run.Intent with { Cancel = !deleted, Deleted = deleted };
        run.Settle();
        run.Settle();
        Assert.Equal((ExecutionPhase.Cancelled, reason), (run.State.Phase, run.State.Reason));
        Assert.Equal(
            ["execution.cancelling", "iteration.failed only 0", "iteration.failed only 1", "iterator.failed only", "step.exit only", "execution.cancelled"],
            run.Story.SkipWhile(line => line != "execution.cancelling"));
        Assert.Equal(StepStatus.Cancelled, run.State.Steps["only"].Status);
        var stats = run.Log.Events.Single(happened => happened.Type == EventType.IteratorFailed).Result!.Value.GetRawText();
        Assert.Equal("{\"stats\":{\"total\":3,\"succeeded\":0,\"failed\":0,\"skipped\":3}}", stats);
        Assert.Equal(0, StatusProjection.Project(run.State).Progress.Failed);
        Assert.Equal(2, run.Log.Events.Count(happened => happened is { Type: EventType.IterationFailed, Status: EventStatus.Cancelled }));
        Assert.Empty(run.Jobs);
    }

    [Fact]
    public void At_the_deadline_finished_results_stay_and_the_rest_is_counted_as_it_is()
    {
        var run = new Scenario(Loop);
        run.Complete("only", 0, "42");
        run.Now = run.Now.AddSeconds(60);
        run.Settle();
        Assert.Equal((ExecutionPhase.Failed, "DeadlineExceeded"), (run.State.Phase, run.State.Reason));
        var ended = run.Log.Events.Single(happened => happened.Type == EventType.IteratorFailed);
        Assert.Equal("{\"stats\":{\"total\":3,\"succeeded\":1,\"failed\":2,\"skipped\":0}}", ended.Result!.Value.GetRawText());
        Assert.Equal(42, run.Log.Events.Single(happened => happened.Type == EventType.IterationCompleted).Result!.Value.GetInt32());
    }

    [Fact]
    public void An_edited_maxParallel_is_recorded_once_and_widens_the_window()
    {
        var run = new Scenario(Loop);
        run.Settle();
        run.Intent = run.Intent with { Overrides = run.Intent.Overrides.SetItem("overrides.loops.only.maxParallel", Compiling.Json("3")) };
        run.Settle();
        run.Settle();
        Assert.Equal(3, run.State.Open.Count);
        Assert.Single(run.Story, "execution.updated");
    }

    [Fact]
    public void A_suspended_execution_can_be_cancelled()
    {
        var run = new Scenario(Loop);
        run.Settle();
        run.Intent = run.Intent with { Suspend = true };
        run.Settle();
        run.Intent = run.Intent with { Cancel = true };
        run.Settle();
        Assert.Equal(ExecutionPhase.Cancelled, run.State.Phase);
        Assert.Single(run.Story, "iterator.failed only");
    }

    [Fact]
    public void A_retry_that_waits_while_suspended_goes_on_when_resumed()
    {
        var run = new Scenario(Loop);
        run.Wait("only", 0, TimeSpan.FromSeconds(5));
        run.Intent = run.Intent with { Suspend = true };
        run.Settle();
        run.Now = run.Now.AddHours(2);
        Assert.Empty(run.Settle().Start);
        run.Intent = run.Intent with { Suspend = false };
        run.Complete("only", 1).Complete("only", 2).Complete("only", 0);
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
    }

    [Fact]
    public void What_has_ended_is_not_cancelled()
    {
        var run = new Scenario(Loop);
        run.Complete("only", 0).Complete("only", 1).Complete("only", 2);
        run.Intent = run.Intent with { Cancel = true };
        Assert.True(run.Settle().IsQuiet);
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
    }
}
