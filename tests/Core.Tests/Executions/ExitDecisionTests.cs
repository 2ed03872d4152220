using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Tests.Playbooks;
using PlaybookOperator.Core.Work;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions;

/// <summary><c>onExit</c>: a step that runs whatever the outcome.</summary>
public sealed class ExitDecisionTests
{
    private const string Http = """ "tool": {"kind": "http", "url": "http://example.test/"} """;
    private const string Told = """ "tool": {"kind": "transform", "result": "{{ execution.status }}: {{ error.reason if error else 'fine' }}"} """;

    [Fact]
    public void It_runs_between_the_outcome_and_the_terminal_event()
    {
        var run = new Scenario(Spec(Told));
        run.Complete("work");
        Assert.Equal(
            ["workflow.completed", "step.started cleanup", "call.started cleanup", "call.done cleanup", "step.exit cleanup", "playbook.completed"],
            run.Story.SkipWhile(line => line != "workflow.completed"));
        Assert.Equal("COMPLETED: fine", run.State.Steps["cleanup"].Result!.Value.GetString());
    }

    [Fact]
    public void After_a_failure_it_sees_why_and_the_outcome_stays()
    {
        var run = new Scenario(Spec(Told));
        run.Fail("work");
        Assert.Equal("FAILED: StepFailed", run.State.Steps["cleanup"].Result!.Value.GetString());
        Assert.Equal((ExecutionPhase.Failed, "StepFailed", "Step 'work' failed: 503 from the server."), (run.State.Phase, run.State.Reason, run.State.Message));
    }

    [Fact]
    public void After_a_cancel_it_is_the_only_thing_that_starts()
    {
        var run = new Scenario(Spec(Http));
        run.Settle();
        run.Intent = run.Intent with { Cancel = true };
        var start = Assert.Single(run.Settle().Start);
        Assert.Equal(("cleanup", ExecutionPhase.Cancelling), (run.State.Steps.Values.Single(step => step.RunId == start.Key.RunId).Step, run.State.Phase));
        run.Complete("cleanup");
        Assert.Equal((ExecutionPhase.Cancelled, "Cancelled"), (run.State.Phase, run.State.Reason));
        Assert.Single(run.Story, "execution.cancelled");
    }

    [Fact]
    public void A_deleted_execution_has_none_and_loses_the_one_that_runs()
    {
        var run = new Scenario(Spec(Http));
        run.Settle();
        run.Intent = run.Intent with { Deleted = true };
        run.Settle();
        Assert.Equal(ExecutionPhase.Cancelled, run.State.Phase);
        Assert.DoesNotContain("step.started cleanup", run.Story);

        run = new Scenario(Spec(Http));
        run.Complete("work");
        run.Intent = run.Intent with { Deleted = true };
        run.Settle();
        Assert.Equal((ExecutionPhase.Completed, StepStatus.Cancelled), (run.State.Phase, run.State.Steps["cleanup"].Status));
        Assert.Empty(run.Jobs);
    }

    [Theory]
    [InlineData(false, ExecutionPhase.Failed, "OnExitFailed", "onExit step 'cleanup' failed: 503 from the server.")]
    [InlineData(true, ExecutionPhase.Failed, "StepFailed", "Step 'work' failed: 503 from the server. And onExit step 'cleanup' failed: 503 from the server.")]
    public void Its_failure_fails_a_completed_workflow_and_is_told_beside_another_failure(bool workFails, ExecutionPhase phase, string reason, string message)
    {
        var run = new Scenario(Spec(Http));
        if (workFails) run.Fail("work");
        else run.Complete("work");
        run.Fail("cleanup");
        Assert.Equal((phase, reason, message), (run.State.Phase, run.State.Reason, run.State.Message));
    }

    [Fact]
    public void A_failure_that_it_handles_itself_changes_nothing()
    {
        var run = new Scenario(Spec($"{Http}, \"case\": [{{\"when\": \"event.name == 'call.error'\", \"then\": {{\"set\": {{\"dirty\": true}}}}}}]"));
        run.Complete("work").Fail("cleanup");
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
    }

    [Fact]
    public void It_has_five_minutes_of_its_own_whatever_maxDuration_says()
    {
        var run = new Scenario(Spec(Http));
        run.Now = run.Now.AddSeconds(1);
        run.Settle();
        run.Now = run.Now.AddSeconds(60);
        var ended = run.Now;
        Assert.Equal(ended.AddMinutes(5), run.Settle().WakeAt);
        Assert.Equal("DeadlineExceeded", run.State.Reason);
        run.Now = ended.AddMinutes(5);
        run.Settle();
        Assert.Equal(ExecutionPhase.Failed, run.State.Phase);
        Assert.EndsWith("And onExit step 'cleanup' failed: onExit may take 5 min, which are over.", run.State.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_may_be_a_loop()
    {
        var run = new Scenario(Spec($"{Http}, \"loop\": {{\"in\": [1, 2]}}"));
        run.Fail("work").Complete("cleanup", 0).Complete("cleanup", 1);
        Assert.Equal(ExecutionPhase.Failed, run.State.Phase);
        Assert.Contains("iterator.completed cleanup", run.Story);
    }

    [Fact]
    public void Suspending_does_not_hold_it_up()
    {
        var run = new Scenario(Spec(Http));
        run.Complete("work");
        run.Intent = run.Intent with { Suspend = true };
        run.Complete("cleanup");
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
    }

    [Theory]
    [InlineData("nothing", "onExit: names the step 'nothing', which does not exist.")]
    [InlineData("start", "onExit: names 'start', the step that runs first; it must name one that nothing leads to.")]
    [InlineData("b", "workflow[0].next: leads to 'b', which onExit runs by itself when the workflow has ended; remove it.")]
    [InlineData("c", "workflow[2].next: leads on from the step of onExit, after which the execution ends; remove it.")]
    public void It_must_name_a_step_outside_the_graph(string name, string problem)
    {
        var errors = Compiling.Errors($$"""{"onExit": "{{name}}", "workflow": [{"step": "start", "next": "b"}, {"step": "b"}, {"step": "c", "next": "b"}]}""");
        Assert.Contains(problem, errors);
    }

    [Fact]
    public void It_is_not_unreachable_and_may_be_spelled_with_an_underscore() =>
        Assert.Empty(Compiling.Warnings("""{"on_exit": "c", "workflow": [{"step": "a"}, {"step": "c"}]}"""));

    private static string Spec(string exit) =>
        $$"""{"limits": {"maxDuration": 60}, "onExit": "cleanup", "workflow": [{"step": "work", {{Http}} }, {"step": "cleanup", {{exit}} }]}""";
}
