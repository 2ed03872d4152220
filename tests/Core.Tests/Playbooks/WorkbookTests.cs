using PlaybookOperator.Core.Playbooks;
using Xunit;

namespace PlaybookOperator.Core.Tests.Playbooks;

public sealed class WorkbookTests
{
    private static string Spec(string workbook, string step) => $$"""{"workbook": {{workbook}}, "workflow": [{"step": "only", {{step}}}]}""";

    private static StepPlan Step(string workbook, string step) => Compiling.Plan(Spec(workbook, step)).Steps[0];

    [Theory]
    [InlineData("""[{"name": "get", "desc": "d", "tool": {"kind": "http", "url": "http://u"}}]""", """ "tool": {"kind": "workbook", "name": "get"} """)]
    [InlineData("""[{"name": "get", "tool": "http", "endpoint": "http://u"}]""", """ "tool": "workbook", "name": "get" """)]
    [InlineData("""{"get": {"tool": {"kind": "http", "url": "http://u"}}}""", """ "tool": {"kind": "workbook", "name": "get"} """)]
    [InlineData("""{"get": {"kind": "http", "url": "http://u"}}""", """ "tool": "workbook", "name": "get" """)]
    public void Both_forms_of_the_workbook_and_both_spellings_of_tools_mean_the_same(string workbook, string use)
    {
        var step = Step(workbook, use);
        Assert.Equal(("http", "url"), (step.Task!.Tool.Kind, Assert.Single(step.Task.Tool.Settings.Members).Key));
        Assert.Equal("only", step.Name);
    }

    [Fact]
    public void What_a_worker_compiles_again_holds_the_tool_itself()
    {
        var task = Step("""{"get": {"kind": "http", "url": "http://u"}}""", """ "tool": "workbook", "name": "get", "args": {"id": 1} """).TaskSource;
        Assert.Equal("""{"args":{"id":1},"tool":{"kind":"http","url":"http://u"}}""", task.GetRawText());
    }

    [Fact]
    public void The_keys_of_the_step_win_and_args_are_laid_over_each_other()
    {
        const string workbook = """
            [{"name": "get", "tool": {"kind": "http", "url": "http://u", "timeout": 7}, "args": {"a": 1, "b": 1, "c": 1}, "retry": 5, "timeout": 60,
              "sink": {"tool": "http", "url": "http://s"}}]
            """;
        var plain = Step(workbook, """ "tool": {"kind": "workbook", "name": "get"} """).Task!;
        Assert.Equal((5, 60.0, "http"), (plain.Retry.OnError!.MaxAttempts, plain.Timeout!.Value.TotalSeconds, plain.Sink!.Tool));
        Assert.NotNull(plain.Tool.Settings["timeout"]);

        var own = Step(workbook, """
             "tool": {"kind": "workbook", "name": "get", "args": {"b": 2, "c": 2}}, "args": {"c": 3}, "retry": 2, "timeout": 5,
             "save": {"tool": "postgres", "auth": "DB", "statement": "x"}
            """).Task!;
        Assert.Equal((2, 5.0, "postgres"), (own.Retry.OnError!.MaxAttempts, own.Timeout!.Value.TotalSeconds, own.Sink!.Tool));
        Assert.Null(own.Tool.Settings["timeout"]);
        Assert.Equal(["a=1", "b=2", "c=3"], own.Args.Members.Select(member => $"{member.Key}={((TemplateNode.Constant)member.Value).Value.ToText()}"));
    }

    [Fact]
    public void An_entry_may_stand_on_another_entry()
    {
        var step = Step(
            """[{"name": "call", "tool": {"kind": "workbook", "name": "base", "args": {"b": 2}}, "retry": 4}, {"name": "base", "tool": "http", "url": "http://u", "args": {"a": 1, "b": 1}}]""",
            """ "tool": {"kind": "workbook", "name": "call"} """);
        Assert.Equal(("http", 4), (step.Task!.Tool.Kind, step.Task.Retry.OnError!.MaxAttempts));
        Assert.Equal(["a", "b"], step.Task.Args.Members.Select(member => member.Key));
    }

    [Fact]
    public void A_circle_of_entries_is_a_problem()
    {
        var errors = Compiling.Errors(Spec("""{"a": {"kind": "workbook", "name": "b"}, "b": {"tool": {"kind": "workbook", "name": "a"}}}""", """ "desc": "x" """));
        Assert.Contains("workbook.b.tool.name: goes round in a circle: a → b → a.", errors);
    }

    [Fact]
    public void An_unknown_entry_names_the_nearest_known_one()
    {
        var errors = Compiling.Errors(Spec("""{"fetch": {"kind": "noop"}, "store": {"kind": "noop"}}""", """ "tool": {"kind": "workbook", "name": "fetsh"} """));
        Assert.Equal("workflow[0].tool.name: names the workbook entry 'fetsh', which does not exist (did you mean fetch?); spec.workbook has fetch, store.", Assert.Single(errors));
    }

    [Theory]
    [InlineData("""[{"tool": "noop"}]""", "workbook[0].name: is required")]
    [InlineData("""[{"name": "a", "tool": "noop"}, {"name": "a", "tool": "noop"}]""", "workbook[1].name: the name 'a' is taken by workbook[0]")]
    [InlineData("""[{"name": "a"}]""", "workbook[0].tool: is required: one of")]
    [InlineData("""[{"name": "a", "tool": "noop", "next": "x"}]""", "workbook[0].next: is not a known key")]
    [InlineData("""{"a": {"kind": "http"}}""", "workbook.a.url: is required by the tool http")]
    [InlineData("""{"a": {"tool": {"kind": "http", "url": "{{ x ", "retry": 1}}}""", "workbook.a.tool.url: template, line 1")]
    [InlineData(""" 7 """, "workbook: must be a list of {name, tool")]
    [InlineData(""" [7] """, "workbook[0]: must be a map with tool, not 7.")]
    public void Whatever_is_wrong_with_an_entry_is_told_where_it_stands(string workbook, string expected)
    {
        var errors = Compiling.Errors(Spec(workbook, """ "tool": {"kind": "workbook", "name": "a"}, "timeout": "soon" """));
        Assert.Contains(errors, error => error.StartsWith(expected, StringComparison.Ordinal));
        Assert.Contains(errors, error => error.StartsWith("workflow[0].timeout: must be a duration", StringComparison.Ordinal));
        Assert.DoesNotContain(errors, error => error.StartsWith("workflow[0].tool.url", StringComparison.Ordinal));
    }

    [Fact]
    public void A_use_without_a_name_or_with_other_keys_is_a_problem()
    {
        Assert.StartsWith("workflow[0].tool.name: is required", Assert.Single(Compiling.Errors(Spec("{}", """ "tool": {"kind": "workbook"} """))), StringComparison.Ordinal);
        Assert.Contains(
            Compiling.Errors(Spec("""{"a": {"kind": "noop"}}""", """ "tool": {"kind": "workbook", "name": "a", "url": "http://u"} """)),
            error => error.StartsWith("workflow[0].tool.url: is not a known key", StringComparison.Ordinal));
    }
}
