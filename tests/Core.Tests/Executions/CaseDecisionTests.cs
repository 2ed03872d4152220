using PlaybookOperator.Core.Executions;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions;

/// <summary>What the operator does about a case that the worker has asked, and what it sees of the call.</summary>
public sealed class CaseDecisionTests
{
    private const string Http = """ "tool": {"kind": "http", "url": "http://example.test/"} """;

    [Fact]
    public void The_entry_that_the_worker_found_true_is_not_asked_again()
    {
        var run = new Scenario(Step("""
            "vars": {"seen": "{{ result }}"},
            "case": [{"when": "false", "then": {"sink": {"tool": "http", "url": "http://example.test/"}, "set": {"b": 2}, "result": "{{ [result, vars.seen] }}", "next": "b"}}, {"else": {"next": "c"}}]
            """));
        run.Tell("a", -1, report => report with { Case = 0 }, "7");
        Assert.Contains("step.exit b", run.Story);
        Assert.DoesNotContain("step.started c", run.Story);
        Assert.Equal(("7", "2", "[7,7]"), (run.State.Vars["seen"].GetRawText(), run.State.Vars["b"].GetRawText(), run.State.Steps["a"].Result!.Value.GetRawText()));
    }

    [Fact]
    public void When_the_worker_found_no_entry_true_the_next_of_the_step_applies()
    {
        var run = new Scenario(Step("""  "case": [{"when": "true", "then": {"retry": 2, "next": "b"}}], "next": "c"  """));
        run.Tell("a", -1, report => report with { Case = -1 });
        Assert.Contains("step.exit c", run.Story);
        Assert.DoesNotContain("step.started b", run.Story);
    }

    [Theory]
    [InlineData("""  {"retry": 2}  """, ExecutionPhase.Failed)]
    [InlineData("""  {"retry": 2, "next": "b"}  """, ExecutionPhase.Completed)]
    [InlineData("""  {"retry": 2, "set": {"x": 1}}  """, ExecutionPhase.Completed)]
    public void Trying_again_in_vain_does_not_take_up_the_failure(string then, ExecutionPhase phase)
    {
        var run = new Scenario(Step($$"""  "case": [{"when": "event.name == 'call.error'", "then": {{then}} }], "next": "c"  """));
        run.Tell("a", -1, report => report with { Case = 0 }, failed: true);
        Assert.Equal(phase, run.State.Phase);
    }

    [Fact]
    public void Conditions_see_the_response_of_a_call_that_failed()
    {
        var run = new Scenario(Step("""  "case": [{"when": "status_code == 404 and response.code == 'gone' and headers.x == '1' and error.status == 503", "then": {"next": "b"}}], "next": "c"  """));
        run.Tell("a", -1, report => report with { Response = Playbooks.Compiling.Json("""{"status_code": 404, "response": {"code": "gone"}, "headers": {"x": "1"}}""") }, failed: true);
        Assert.Contains("step.exit b", run.Story);
    }

    [Fact]
    public void Of_a_call_that_succeeded_they_are_read_off_its_result()
    {
        var run = new Scenario(Step("""  "case": [{"when": "status_code == 201 and response.code == 'new' and headers.x == '1' and not error", "then": {"next": "b"}}], "next": "c"  """));
        run.Complete("a", result: """{"status_code": 201, "headers": {"x": "1"}, "url": "http://u", "data": {"code": "new"}}""");
        Assert.Contains("step.exit b", run.Story);
    }

    [Fact]
    public void What_was_collected_has_its_name_in_vars_too()
    {
        var run = new Scenario(Step("""  "retry": {"on_success": {"while": "false", "collect": {"into": "rows"}}}, "vars": {"n": "{{ rows | length }}"}  """));
        run.Complete("a", result: """{"status": 200, "data": [1, 2, 3], "meta": {"pages": 2, "strategy": "append"}}""");
        Assert.Equal("3", run.State.Vars["n"].GetRawText());
    }

    private static string Step(string keys) => $$$"""{"workflow": [{"step": "a", {{{Http}}}, {{{keys}}} }, {"step": "b"}, {"step": "c"}]}""";
}
