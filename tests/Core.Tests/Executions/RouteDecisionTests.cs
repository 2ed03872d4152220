using PlaybookOperator.Core.Executions;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions;

public sealed class RouteDecisionTests
{
    private const string Http = """ "tool": {"kind": "http", "url": "http://example.test/"} """;

    [Fact]
    public void A_failed_step_without_a_handler_fails_the_workflow()
    {
        var run = new Scenario($$$"""{"workflow": [{"step": "a", {{{Http}}}, "next": "b"}, {"step": "b"}]}""");
        run.Fail("a");
        Assert.Equal((ExecutionPhase.Failed, "StepFailed"), (run.State.Phase, run.State.Reason));
        Assert.Equal("Step 'a' failed: 503 from the server.", run.State.Message);
        Assert.DoesNotContain("step.started b", run.Story);
    }

    [Theory]
    [InlineData("""  "case": [{"when": "event.name == 'call.error'", "then": {"next": "rescue"}}]  """)]
    [InlineData("""  "next": [{"when": "error.status == 503", "then": "rescue"}, {"else": "other"}]  """)]
    [InlineData("""  "loop": {"in": [1]}, "case": [{"when": "event.name == 'call.error'", "then": {"next": "rescue"}}]  """)]
    [InlineData("""  "loop": {"in": [1]}, "case": [{"when": "event.name == 'iterator.failed'", "then": {"next": "rescue"}}]  """)]
    public void A_failure_that_is_taken_up_goes_where_the_handler_says(string keys)
    {
        var run = new Scenario($$$"""{"workflow": [{"step": "a", {{{Http}}}, {{{keys}}} }, {"step": "rescue"}, {"step": "other"}]}""");
        run.Fail("a", keys.Contains("loop", StringComparison.Ordinal) ? 0 : -1);
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
        Assert.Contains("step.exit rescue", run.Story);
        Assert.DoesNotContain("step.started other", run.Story);
    }

    [Fact]
    public void A_join_waits_for_all_live_predecessors_and_runs_once()
    {
        var run = new Scenario($$$"""
            {"workflow": [{"step": "start", "next": ["a", "b"]}, {"step": "a", {{{Http}}}, "next": "join"}, {"step": "b", {{{Http}}}, "next": "join"}, {"step": "join"}]}
            """);
        run.Complete("b");
        Assert.DoesNotContain("step.started join", run.Story);
        run.Complete("a");
        Assert.Single(run.Story, "step.started join");
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
    }

    [Fact]
    public void A_branch_that_was_not_chosen_is_skipped_with_all_that_only_it_leads_to()
    {
        var run = new Scenario("""
            {"workload": {"hot": true}, "workflow": [
              {"step": "start", "next": [{"when": "workload.hot", "then": "hot"}, {"else": "cold"}]},
              {"step": "hot", "next": "join"}, {"step": "cold", "next": "colder"}, {"step": "colder", "next": "join"}, {"step": "join"}]}
            """);
        run.Settle();
        Assert.Contains("step.skipped cold", run.Story);
        Assert.Contains("step.skipped colder", run.Story);
        Assert.Contains("step.exit join", run.Story);
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
    }

    [Fact]
    public void What_runs_beside_a_failed_step_may_end_and_nothing_new_starts()
    {
        var run = new Scenario($$$"""
            {"workflow": [{"step": "start", "next": ["a", "b"]}, {"step": "a", {{{Http}}} }, {"step": "b", {{{Http}}}, "next": "c"}, {"step": "c"}]}
            """);
        run.Fail("a");
        Assert.Equal(ExecutionPhase.Running, run.State.Phase);
        run.Complete("b");
        Assert.Equal(ExecutionPhase.Failed, run.State.Phase);
        Assert.DoesNotContain("step.started c", run.Story);
    }

    [Fact]
    public void Case_may_set_variables_replace_the_result_and_fail_the_step()
    {
        var run = new Scenario($$$"""
            {"workflow": [
              {"step": "a", {{{Http}}}, "case": [{"when": "result > 1", "then": [{"set": {"n": "{{ result + 1 }}"}}, {"result": "{{ vars.n }}"}]}], "next": "b"},
              {"step": "b", {{{Http}}}, "case": [{"else": {"fail": "a was {{ a }}"}}]}]}
            """);
        run.Complete("a", result: "2").Complete("b");
        Assert.Equal("Step 'b' failed: a was 3", run.State.Message);
        Assert.Equal(3, run.State.Vars["n"].GetInt32());
    }
}
