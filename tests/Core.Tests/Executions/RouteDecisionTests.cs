using PlaybookOperator.Core.Executions;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions;

public sealed class RouteDecisionTests
{
    private const string Http = """ "tool": {"kind": "http", "url": "http://example.test/"} """;

    [Theory]
    [InlineData(3, true)]
    [InlineData(100, false)]
    public void A_large_result_of_a_transform_is_stored_by_reference_and_templates_see_it(int limit, bool byReference)
    {
        var run = new Scenario($$$"""
            {"limits": {"maxResultBytes": {{{limit}}}}, "workflow": [
              {"step": "a", "tool": {"kind": "transform", "result": "{{ [1, 2, 3] }}"}, "next": [{"when": "{{ a | length == 3 }}", "then": ["b"]}]},
              {"step": "b", "tool": {"kind": "transform", "result": "{{ a[2] }}"}}]}
            """);
        run.Settle();
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
        var (a, b) = (run.State.Steps["a"], run.State.Steps["b"]);
        Assert.Equal((byReference ? 7 : null, byReference), (a.ResultBytes, a.Result is null));
        Assert.Equal("3", b.Result!.Value.GetRawText());
    }

    [Theory]
    [InlineData("workload.fine", null)]
    [InlineData("workload.sum", null)]
    [InlineData("workload.broken", "template, line 1, column 6: workload.broken: division by zero")]
    [InlineData("workload.through", "template, line 1, column 6: workload.through: division by zero")]
    [InlineData("workload.circle", "template, line 1, column 1: workload.circle: the members of the workload read each other in a circle: circle → other → circle")]
    public void A_member_of_the_workload_that_is_wrong_is_told_where_it_is_read_and_nowhere_else(string read, string? error)
    {
        var run = new Scenario($$$"""
            {"workload": {"fine": 2, "sum": "{{ workload.fine + 1 }}", "broken": "{{ 1 // 0 }}", "through": "{{ workload.broken }}", "circle": "{{ workload.other }}", "other": "{{ workload.circle }}"},
             "workflow": [{"step": "only", "tool": {"kind": "transform", "result": "{{ {{{read}}} }}"}}]}
            """);
        run.Settle();

        Assert.Equal(error, run.State.Steps["only"].Error);
    }

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

    [Theory]
    [InlineData("""  "case": [{"when": "workload.yes", "then": {"next": "other"}}]  """)]
    [InlineData("""  "case": [{"else": {"next": "other"}}]  """)]
    [InlineData("""  "case": [{"when": "event.name == 'call.done'", "then": {"next": "other"}}, {"else": {"next": "other"}}]  """)]
    [InlineData("""  "next": [{"when": "workload.yes", "then": "other"}, {"else": "rescue"}]  """)]
    [InlineData("""  "next": [{"when": "error.status == 404", "then": "rescue"}, {"else": "other"}]  """)]
    [InlineData("""  "case": [{"when": "event.name == 'call.error'", "then": [{"set": {"n": 1}}, {"fail": "given up"}]}]  """)]
    public void Only_what_asks_about_the_failure_takes_it_up(string keys)
    {
        var run = new Scenario($$$"""{"workload": {"yes": true}, "workflow": [{"step": "a", {{{Http}}}, {{{keys}}} }, {"step": "rescue"}, {"step": "other"}]}""");
        run.Fail("a");
        Assert.Equal(ExecutionPhase.Failed, run.State.Phase);
        Assert.DoesNotContain(run.Story, line => line is "step.started rescue" or "step.started other");
    }

    [Theory]
    [InlineData("")]
    [InlineData(""" "loop": {"in": [1]}, """)]
    public void Entries_that_are_true_for_other_reasons_do_not_hide_the_handler(string loop)
    {
        var run = new Scenario($$$"""
            {"workload": {"yes": true}, "workflow": [
              {"step": "a", {{{Http}}}, {{{loop}}} "vars": {"never": 1}, "case": [{"when": "workload.yes", "then": {"next": "other"}},
                {"when": "event.name == 'call.error'", "then": {"set": {"why": "{{ error.kind }}"}, "next": "rescue"}}, {"else": {"next": "other"}}]},
              {"step": "rescue"}, {"step": "other"}]}
            """);
        run.Fail("a", loop.Length > 0 ? 0 : -1);
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
        Assert.Contains("step.exit rescue", run.Story);
        Assert.Contains("step.skipped other", run.Story);
        Assert.Equal(StepStatus.Failed, run.State.Steps["a"].Status);
        Assert.False(run.State.Vars.ContainsKey("never"));
    }

    [Fact]
    public void A_handler_without_next_goes_on_with_the_steps_own()
    {
        var run = new Scenario($$$"""
            {"workflow": [{"step": "a", {{{Http}}}, "case": [{"when": "error", "then": {"result": "none"}}], "next": [{"when": "error.status == 503", "then": "b"}, {"else": "c"}]},
              {"step": "b", "tool": {"kind": "transform", "result": "{{ a }}"}}, {"step": "c"}]}
            """);
        run.Fail("a");
        Assert.Equal(("none", ExecutionPhase.Completed), (run.State.Steps["b"].Result!.Value.GetString(), run.State.Phase));
    }

    [Theory]
    [InlineData("""  "case": [{"when": "error.message + 1 > 2", "then": {"next": "rescue"}}]  """, "Step 'a' failed: 503 from the server. And case: template")]
    [InlineData("""  "next": [{"when": "error.message + 1 > 2", "then": "rescue"}]  """, "Step 'a' failed: 503 from the server. And next: template")]
    [InlineData("""  "next": [{"when": "error.no.such > 2", "then": "rescue"}]  """, "Step 'a' failed: 503 from the server.")]
    public void An_error_in_a_handlers_condition_is_told_beside_the_failure(string keys, string message)
    {
        var run = new Scenario($$$"""{"workflow": [{"step": "a", {{{Http}}}, {{{keys}}} }, {"step": "rescue"}]}""");
        run.Fail("a");
        Assert.Equal(ExecutionPhase.Failed, run.State.Phase);
        Assert.StartsWith(message, run.State.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status_code == 200 and response.ok and headers['x-rest'] == '1'")]
    [InlineData("result.status_code == 200")]
    public void Conditions_see_the_last_calls_answer(string condition)
    {
        var run = new Scenario($$$"""{"workflow": [{"step": "a", {{{Http}}}, "next": [{"when": "{{{condition}}}", "then": "b"}]}, {"step": "b"}]}""");
        run.Complete("a", result: """{"status_code": 200, "headers": {"x-rest": "1"}, "data": {"ok": true}}""");
        Assert.Contains("step.exit b", run.Story);
    }

    [Fact]
    public void A_failed_calls_status_can_be_taken_up()
    {
        var run = new Scenario($$$"""{"workflow": [{"step": "a", {{{Http}}}, "case": [{"when": "status_code == 503", "then": {"next": "b"}}]}, {"step": "b"}]}""");
        run.Fail("a");
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
    }

    [Fact]
    public void D3_D4_an_exclusive_branch_runs_two_steps_side_by_side_and_the_other_is_skipped()
    {
        var run = new Scenario($$$"""
            {"workload": {"temperature": 30}, "workflow": [
              {"step": "start", "next": [{"when": "workload.temperature > 25", "then": ["fan", "drink"]}, {"else": "heater"}]},
              {"step": "fan", {{{Http}}} }, {"step": "drink", {{{Http}}} }, {"step": "heater", {{{Http}}} }]}
            """);
        run.Settle();
        Assert.Equal(2, run.State.Open.Count);
        run.Complete("drink").Complete("fan");
        Assert.Equal((ExecutionPhase.Completed, StepStatus.Skipped), (run.State.Phase, run.State.Steps["heater"].Status));
    }

    [Fact]
    public void D5_the_workflow_completes_once_and_only_after_all_branches()
    {
        var run = new Scenario($$$"""
            {"workflow": [{"step": "start", "next": ["a", "b"]}, {"step": "a", {{{Http}}}, "next": "end"}, {"step": "b", {{{Http}}}, "next": "c"}, {"step": "c", {{{Http}}} }, {"step": "end"}]}
            """);
        run.Complete("a");
        Assert.Contains("step.exit end", run.Story);
        Assert.Equal(ExecutionPhase.Running, run.State.Phase);
        run.Complete("b").Complete("c");
        Assert.Single(run.Story, "playbook.completed");
    }

    [Fact]
    public void D12_the_arguments_of_a_route_are_seen_by_its_target_only()
    {
        var run = new Scenario("""
            {"workflow": [{"step": "start", "next": [{"step": "a", "args": {"x": 5}}, {"step": "b"}]},
              {"step": "a", "tool": {"kind": "transform", "result": "{{ args.x | default('none') }}"}, "next": "c"},
              {"step": "b", "tool": {"kind": "transform", "result": "{{ args.x | default('none') }}"}},
              {"step": "c", "tool": {"kind": "transform", "result": "{{ args.x | default('none') }}"}}]}
            """);
        run.Settle();
        Assert.Equal((5, "none", "none"), (run.State.Steps["a"].Result!.Value.GetInt32(), run.State.Steps["b"].Result!.Value.GetString(), run.State.Steps["c"].Result!.Value.GetString()));
    }
}
