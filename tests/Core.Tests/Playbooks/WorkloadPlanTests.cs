using System.Text.Json;
using PlaybookOperator.Core.Templates;
using Xunit;

namespace PlaybookOperator.Core.Tests.Playbooks;

public sealed class WorkloadPlanTests
{
    [Fact]
    public void An_executions_workload_is_merged_deeply_and_wins() =>
        Assert.Equal(
            """{"a":{"x":1,"y":20,"z":30},"list":[9],"kept":true,"new":"n"}""",
            Render("""{"a": {"x": 1, "y": 2}, "list": [1, 2], "kept": true}""", """{"a": {"y": 20, "z": 30}, "list": [9], "new": "n"}"""));

    [Fact]
    public void What_an_execution_brings_is_data_and_never_evaluated() =>
        Assert.Equal("""{"a":"{{ 1 + 1 }}","b":"{{ 1 + 1 }}"}""", Render("""{"a": "x", "b": "{{ workload.a }}"}""", """{"a": "{{ 1 + 1 }}"}"""));

    [Fact]
    public void Members_may_read_each_other_in_any_order() =>
        Assert.Equal("""{"c":6,"b":4,"a":2}""", Render("""{"c": "{{ workload.b + 2 }}", "b": "{{ workload.a * 2 }}", "a": 2}""", "{}"));

    [Fact]
    public void Members_that_read_each_other_in_a_circle_are_an_error_not_a_hang()
    {
        var plan = Compiling.Plan("""{"workload": {"a": "{{ workload.b }}!", "b": "{{ workload.a }}!"}, "workflow": [{"step": "s"}]}""").Workload;
        Assert.False(plan.TryRender(Compiling.Json("{}"), new Variables(), new EvaluationContext(), _ => true, out _, out var error));
        Assert.Equal("the members of the workload read each other in a circle: a → b → a", error!.Message);
    }

    [Fact]
    public void Members_that_hold_a_secret_through_others_are_known()
    {
        var plan = Compiling.Plan("""{"workload": {"a": "{{ secret.S }}", "b": "{{ workload.a }}", "c": 1, "d": {"deep": "{{ workload.b }}"}}, "workflow": [{"step": "s"}]}""").Workload;
        Assert.Equal(["a", "b", "d"], plan.SecretMembers.Order());
    }

    private static string Render(string template, string values)
    {
        var plan = Compiling.Plan($$"""{"workload": {{template}}, "workflow": [{"step": "s"}]}""").Workload;
        Assert.True(plan.TryRender(Compiling.Json(values), new Variables(), new EvaluationContext(), _ => true, out var workload, out var error), error?.Message);
        return workload.ToJsonElement().GetRawText();
    }
}
