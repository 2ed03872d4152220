using PlaybookOperator.Core.Playbooks.Graphs;
using Xunit;

namespace PlaybookOperator.Core.Tests.Playbooks;

public sealed class WorkflowGraphTests
{
    [Fact]
    public void A_circle_is_its_head_and_all_that_reaches_the_way_back_without_passing_it()
    {
        var loop = Assert.Single(Graph("start>a", "a>b c", "b>d", "c>d out", "d>a?out", "out>").Loops);
        Assert.Equal(("a", "d"), (loop.Head, Assert.Single(loop.Sources)));
        Assert.Equal(["a", "b", "c", "d"], loop.Members.Order(StringComparer.Ordinal));
        Assert.Equal(4, loop.Edges.Length);
    }

    [Fact]
    public void Circles_with_the_same_head_are_one_and_those_inside_others_come_first()
    {
        var loops = Graph("a>b", "b>c", "c>b?d", "d>b?e", "e>a?f", "f>").Loops;
        Assert.Equal(["b", "a"], loops.Select(loop => loop.Head));
        Assert.Equal(["c", "d"], loops[0].Sources);
        Assert.Same(loops[0], Assert.Single(loops[1].Inner));
    }

    [Fact]
    public void Joins_do_not_count_the_ways_back()
    {
        var graph = Graph("start>a", "a>b", "b>a?c", "c>");
        Assert.Equal(["start"], graph.Predecessors["a"]);
        Assert.Empty(graph.Predecessors["start"]);
    }

    [Fact]
    public void Steps_that_nothing_leads_to_take_no_part() =>
        Assert.Equal(["a"], Graph("a>", "island>a").Predecessors.Keys);

    [Fact]
    public void A_circle_that_is_entered_at_two_steps_is_refused_and_named()
    {
        var errors = Compiling.Errors(Spec("start>a b", "a>b?x", "b>a?x", "x>"));
        Assert.Equal("workflow[0].next: enters the circle a → b → a at 'b', not through its head 'a': all ways into a circle must lead to the same step. Put a step without a tool in front, and let them all lead to it.", Assert.Single(errors));
    }

    [Theory]
    [InlineData("workflow[0].next: leads back in a circle that never ends (a → a)", "a>a")]
    [InlineData("workflow[1].next: leads back in a circle that never ends (a → b → a)", "a>b", "b>a c", "c>")]
    [InlineData("workflow[2].next: leads back in a circle that never ends (b → c → b)", "a>b?d", "b>c", "c>b", "d>")]
    public void A_circle_that_no_condition_leaves_is_refused_and_named(string problem, params string[] steps) =>
        Assert.StartsWith(problem, Assert.Single(Compiling.Errors(Spec(steps))), StringComparison.Ordinal);

    [Theory]
    [InlineData("""  "next": [{"when": "workload.x", "then": "a"}]  """)]
    [InlineData("""  "case": [{"when": "workload.x", "then": {"next": "end"}}], "next": "a"  """)]
    [InlineData("""  "case": [{"when": "workload.x", "then": {"fail": "enough"}}], "next": "a"  """)]
    [InlineData("""  "next": [{"when": "workload.x", "then": "a"}, {"else": "end"}]  """)]
    public void A_circle_that_a_condition_leaves_is_fine(string keys) =>
        Assert.Empty(Compiling.Errors($$"""{"workload": {"x": 1}, "workflow": [{"step": "a", {{keys}} }]}"""));

    private static WorkflowGraph Graph(params string[] steps) => Compiling.Plan(Spec(steps)).Graph;

    /// <summary>Steps as <c>name>all of these</c> or <c>name>this?else that</c>.</summary>
    private static string Spec(params string[] steps) => $$"""{"workload": {"x": 1}, "workflow": [{{string.Join(',', steps.Select(Step))}}]}""";

    private static string Step(string step)
    {
        var (name, next) = (step.Split('>')[0], step.Split('>')[1]);
        if (next.Length == 0) return $$"""{"step": "{{name}}"}""";
        if (next.Split('?') is [var then, var otherwise])
            return $$"""{"step": "{{name}}", "next": [{"when": "workload.x", "then": "{{then}}"}, {"else": "{{otherwise}}"}]}""";
        return $$"""{"step": "{{name}}", "next": ["{{string.Join("\", \"", next.Split(' '))}}"]}""";
    }
}
