using PlaybookOperator.Core.Executions;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions;

/// <summary>Executions that repeat what did not succeed in another one.</summary>
public sealed class CarryDecisionTests
{
    private const string Http = """ "tool": {"kind": "http", "url": "http://example.test/"} """;

    [Fact]
    public void Only_iterations_that_did_not_succeed_are_run_again()
    {
        var run = Repeat(Loop("\"in\": \"{{ range(5) }}\", \"mode\": \"async\""), Succeeded(0), Succeeded(1), Succeeded(3));
        Assert.Equal([2L, 4], run.Settle().Start.Select(delivery => delivery.Key.Index));
        Assert.Equal((5, 3, 2), (Only(run).Total, Only(run).Succeeded, run.Story.Count(line => line.StartsWith("iteration.started", StringComparison.Ordinal))));
        run.Complete("only", 2).Complete("only", 4);
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
        var context = run.Log.Events.Single(happened => happened.Type == EventType.IteratorStarted).Context!.Value;
        Assert.Equal("""{"execution_id":"3","succeeded":3,"indexes":"0-1,3"}""", context.GetProperty("carried").GetRawText());
        Assert.Equal(0, context.GetProperty("range").GetProperty("start").GetInt32());
    }

    [Theory]
    [InlineData(5, "0-2,4", 1)]
    [InlineData(2, "0-1", 0)]
    public void Neighbours_are_carried_together_as_far_as_the_loop_goes(int total, string indexes, int left)
    {
        var run = Repeat(Loop($"\"in\": \"{{{{ range({total}) }}}}\", \"mode\": \"async\""), Succeeded(0) with { Count = 3 }, Succeeded(4) with { Count = 3 });
        Assert.Equal(left, run.Settle().Start.Count);
        var context = run.Log.Events.Single(happened => happened.Type == EventType.IteratorStarted).Context!.Value;
        Assert.Equal((indexes, total - left), (context.GetProperty("carried").GetProperty("indexes").GetString(), Only(run).Succeeded));
        Assert.Equal(total - left, run.Carried.Values.Single().Sum(iteration => iteration.Count));
    }

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(2, 1, false)]
    [InlineData(1, 2, false)]
    public void Only_neighbours_whose_results_are_neighbours_are_joined(long index, long origin, bool joins)
    {
        var next = Succeeded(index) with { Origin = Succeeded(origin).Origin };
        Assert.Equal(joins, Succeeded(0).TryJoin(next, out var joined));
        Assert.Equal(2, joined.Count);
        Assert.False((Succeeded(0) with { Key = "a" }).TryJoin(next, out _));
        Assert.False(Succeeded(0).TryJoin(next with { Size = 4 }, out _));
    }

    [Fact]
    public void When_all_succeeded_the_loop_completes_at_once_without_a_Job()
    {
        var run = Repeat(Loop("\"in\": [1, 2]"), Succeeded(0), Succeeded(1));
        Assert.Empty(run.Settle().Start);
        Assert.Equal((ExecutionPhase.Completed, 2), (run.State.Phase, Only(run).Succeeded));
    }

    [Theory]
    [InlineData("[1, 2, 3]", true)]
    [InlineData("[1]", false)]
    [InlineData("[]", false)]
    public void Numbers_are_inherited_when_all_that_succeeded_is_carried(string collection, bool inherited)
    {
        var run = Repeat(Loop($"\"in\": {collection}, \"aggregate\": {{\"ms\": 1}}"), Succeeded(0), Succeeded(1));
        run.Settle();
        Assert.Equal(inherited ? [new FormerLoop(new ExecutionId(3), new LoopName("only", 0), Iterations: 2)] : [], run.Inherited.Values);
    }

    [Fact]
    public void The_log_is_told_where_each_carried_result_is()
    {
        var run = Repeat(Loop("\"in\": [1, 2]"), Succeeded(1));
        run.Settle();
        var origin = new ResultOrigin(new ExecutionId(3), new WorkKey(9, 1));
        Assert.Equal(new CarriedIteration(1, null, origin), Assert.Single(Assert.Single(run.Carried).Value));
    }

    [Fact]
    public void Keys_find_an_element_that_has_moved()
    {
        var spec = Loop("\"in\": \"{{ workload.things }}\", \"key\": \"{{ item.id }}\", \"mode\": \"async\"");
        var run = Repeat(spec, """{"things": [{"id": "c"}, {"id": "a"}, {"id": 7}]}""", Succeeded(0, "a"), Succeeded(5, "gone"), Succeeded(2, "7"));
        Assert.Equal([0L], run.Settle().Start.Select(delivery => delivery.Key.Index));
        Assert.Equal(2, Only(run).Succeeded);
    }

    [Fact]
    public void A_chunk_is_carried_whole_and_what_is_left_between_two_is_run_as_one()
    {
        var run = Repeat(
            Loop("\"in\": \"{{ range(10) }}\", \"mode\": \"chunked\", \"chunk\": 4"), Succeeded(0) with { Size = 4 }, Succeeded(4) with { Size = 3 }, Succeeded(8) with { Size = 2 });
        Assert.Equal([7L], run.Settle().Start.Select(delivery => delivery.Key.Index));
        Assert.Equal((9, 1), (Only(run).Succeeded, run.State.Open.Values.Single().Size));
    }

    [Fact]
    public void A_chunk_whose_elements_are_not_all_there_any_more_is_run_again()
    {
        var run = Repeat(Loop("\"in\": \"{{ range(6) }}\", \"mode\": \"chunked\", \"chunk\": 4"), Succeeded(0) with { Size = 4 }, Succeeded(4) with { Size = 4 });
        Assert.Equal([4L], run.Settle().Start.Select(delivery => delivery.Key.Index));
        Assert.Equal((4, 2), (Only(run).Succeeded, run.State.Open.Values.Single().Size));
    }

    [Fact]
    public void A_loop_that_the_former_execution_never_reached_is_run_whole()
    {
        var run = new Scenario(Loop("\"in\": [1, 2], \"mode\": \"async\""), retryOf: 3);
        Assert.Equal(2, run.Settle().Start.Count);
        Assert.Equal(new LoopName("only", 0), Assert.Single(run.Asked));
    }

    private static Scenario Repeat(string spec, params FormerIteration[] succeeded) => Repeat(spec, "{}", succeeded);

    private static Scenario Repeat(string spec, string workload, params FormerIteration[] succeeded)
    {
        var run = new Scenario(spec, workload, retryOf: 3);
        run.Former[new LoopName("only", 0)] = succeeded;
        return run;
    }

    private static FormerIteration Succeeded(long index, string? key = null) => new(index, key, null, new ResultOrigin(new ExecutionId(3), new WorkKey(9, index)));

    private static LoopState Only(Scenario run) => Assert.Single(run.State.Loops).Value;

    private static string Loop(string keys) => $$$"""{"workflow": [{"step": "only", {{{Http}}}, "loop": { {{{keys}}} } }]}""";
}
