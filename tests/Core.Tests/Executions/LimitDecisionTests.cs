using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Tests.Playbooks;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions;

public sealed class LimitDecisionTests
{
    private const string Http = """ "tool": {"kind": "http", "url": "http://example.test/"} """;

    [Theory]
    [InlineData("sequential")]
    [InlineData("async")]
    public void At_maxEvents_the_workflow_fails_and_its_end_has_room_in_the_log(string mode)
    {
        var run = new Scenario($$$"""
            {"limits": {"maxEvents": 100}, "workflow": [{"step": "only", {{{Http}}}, "loop": {"in": "{{ range(1000) }}", "mode": "{{{mode}}}", "maxParallel": 50, "workers": "job"} }]}
            """);
        run.Settle();
        while (!run.State.IsTerminal) run.Complete("only", run.State.Open.Keys.First().Index);
        Assert.Equal((ExecutionPhase.Failed, "MaxEvents", "The log has reached maxEvents = 100."), (run.State.Phase, run.State.Reason, run.State.Message));
        Assert.InRange(run.Log.Events.Count, 90, 100);
        Assert.True(run.State.Loops.Values.Single().Succeeded > 20, "what was started had the room to end");
        Assert.Single(run.Story, "iterator.failed only");
        Assert.Equal(1000, run.State.Loops.Values.Single().Total);
    }

    [Fact]
    public void A_log_that_fits_completes()
    {
        var run = new Scenario($$$"""{"limits": {"maxEvents": 100}, "workflow": [{"step": "only", {{{Http}}}, "loop": {"in": "{{ range(40) }}", "mode": "async", "maxParallel": 5} }]}""");
        run.Settle();
        while (!run.State.IsTerminal) run.Complete("only", run.State.Open.Keys.First().Index);
        Assert.Equal((ExecutionPhase.Completed, 89), (run.State.Phase, run.Log.Events.Count));
    }

    [Fact]
    public void A_circle_of_routing_steps_meets_maxEvents_too()
    {
        var run = new Scenario("""{"limits": {"maxEvents": 200}, "workflow": [{"step": "spin", "next": [{"when": "1 == 1", "then": "spin"}]}]}""");
        run.Settle();
        Assert.Equal("MaxEvents", run.State.Reason);
        Assert.InRange(run.Log.Events.Count, 185, 200);
    }

    [Fact]
    public void At_80_percent_of_maxEvents_the_execution_is_degraded_once_and_for_good()
    {
        var run = new Scenario("""{"limits": {"maxEvents": 200}, "workflow": [{"step": "spin", "next": [{"when": "1 == 1", "then": "spin"}]}]}""");
        run.Settle();

        var told = Assert.Single(run.Log.Events, happened => happened.Type == EventType.ExecutionDegraded);
        Assert.InRange(told.EventId, 161, 163);
        var view = StatusProjection.Project(run.State);
        Assert.Equal((true, "MaxEvents"), (view.Degraded, view.DegradedReason));
        Assert.Equal($"The log has {told.EventId - 1} events of maxEvents = 200, at which the execution fails.", view.DegradedMessage);
    }

    [Fact]
    public void An_execution_far_from_maxEvents_is_not_degraded()
    {
        var run = new Scenario($$$"""{"limits": {"maxEvents": 100}, "workflow": [{"step": "only", {{{Http}}} }]}""").Complete("only");

        Assert.False(StatusProjection.Project(run.State).Degraded);
        Assert.Null(StatusProjection.Project(run.State).DegradedReason);
    }

    [Theory]
    [InlineData("maxEvents", "150", "MaxEvents")]
    [InlineData("maxEvents", "900000", "MaxEpochs")]
    public void The_limits_of_an_execution_can_only_tighten(string limit, string value, string reason)
    {
        var run = new Scenario("""{"limits": {"maxEvents": 100000}, "workflow": [{"step": "spin", "next": [{"when": "1 == 1", "then": "spin"}]}]}""");
        run.Intent = run.Intent with { Overrides = run.Intent.Overrides.SetItem($"limits.{limit}", Compiling.Json(value)) };
        run.Settle();
        Assert.Equal(reason, run.State.Reason);
    }

    [Fact]
    public void A_deadline_ends_a_loop_with_its_partial_result_and_the_step_stays_visible()
    {
        var run = new Scenario($$$"""
            {"limits": {"maxDuration": 60}, "onExit": "report", "workflow": [{"step": "only", {{{Http}}}, "loop": {"in": [1, 2, 3]} },
              {"step": "report", "tool": {"kind": "transform", "result": "{{ only.stats.succeeded }} of {{ only.stats.total }}: {{ only.results[0] }}"} }]}
            """);
        run.Complete("only", 0, "42");
        run.Now = run.Now.AddSeconds(60);
        run.Settle();
        Assert.Equal((ExecutionPhase.Failed, "DeadlineExceeded", StepStatus.Failed), (run.State.Phase, run.State.Reason, run.State.Steps["only"].Status));
        Assert.Equal("1 of 3: 42", run.State.Steps["report"].Result!.Value.GetString());
    }
}
