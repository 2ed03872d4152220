using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Governing;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions;

public sealed class AllowanceDecisionTests
{
    private static string Loop(string loop) =>
        $$$"""{"workflow": [{"step": "only", "tool": {"kind": "http", "url": "http://example.test/"}, "loop": {"mode": "async", {{{loop}}} } }]}""";

    [Fact]
    public void No_more_is_started_than_the_operator_leaves_and_the_rest_follows_when_it_leaves_more()
    {
        var run = new Scenario(Loop("\"in\": [1, 2, 3, 4, 5], \"maxParallel\": 4")) { Allowance = new Allowance(2) };
        Assert.Equal(2, run.Settle().Start.Count);

        run.Allowance = Allowance.Unlimited;

        Assert.Equal(2, run.Settle().Start.Count);
    }

    [Fact]
    public void What_runs_already_may_go_on_when_less_is_left()
    {
        var run = new Scenario(Loop("\"in\": [1, 2, 3, 4, 5], \"maxParallel\": 4"));
        run.Settle();
        run.Allowance = new Allowance(1);

        run.Complete("only", 0).Complete("only", 1).Complete("only", 2);
        Assert.Single(run.State.Open);
        run.Complete("only", 3).Complete("only", 4);

        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
    }

    [Fact]
    public void A_suspended_execution_takes_no_more_places_than_it_uses()
    {
        var run = new Scenario(Loop("\"in\": [1, 2, 3, 4, 5], \"maxParallel\": 4"));
        run.Settle();
        Assert.Equal(4, run.Width);
        run.Intent = Intent.Run with { Suspend = true };
        run.Complete("only", 0).Complete("only", 1).Complete("only", 2);
        Assert.Equal(1, run.Width);
    }

    [Fact]
    public void A_pool_shares_out_what_is_left()
    {
        var run = new Scenario(Loop("\"in\": \"{{ range(100) }}\", \"maxParallel\": 8, \"poolSize\": 1, \"workers\": \"pool\"")) { Allowance = new Allowance(3) };
        Assert.Equal(3, run.Say("only", "a", wants: 1).Slots);
        run.Allowance = new Allowance(int.MaxValue, Halvings: 1);
        Assert.Equal(4, run.Say("only", "a", wants: 1).Slots);
    }

    [Theory]
    [InlineData(1000, 2, 250)]
    [InlineData(1000, 9, 100)]
    [InlineData(40, 3, 40)]
    public void Short_memory_makes_chunks_smaller_but_not_below_100_unless_they_were(int chunk, int halvings, int size)
    {
        var run = new Scenario($$$"""
            {"workflow": [{"step": "only", "tool": {"kind": "http", "url": "http://example.test/"},
              "loop": {"in": "{{ range(5000) }}", "mode": "chunked", "chunk": {{{chunk}}}, "maxParallel": 1, "workers": "job"}}]}
            """);
        run.Allowance = new Allowance(int.MaxValue, halvings);
        run.Settle();
        Assert.Equal(size, Assert.Single(run.State.Open).Value.Size);
        run.Allowance = Allowance.Unlimited;
        run.Complete("only", 0);
        Assert.Equal((size, chunk), (Assert.Single(run.State.Open).Key.Index, Assert.Single(run.State.Open).Value.Size));
    }

    [Fact]
    public void Short_memory_narrows_loops_and_the_log_says_from_when_to_when()
    {
        var run = new Scenario(Loop("\"in\": [1, 2, 3, 4, 5], \"maxParallel\": 4")) { Allowance = new Allowance(int.MaxValue, Halvings: 1) };
        Assert.Equal(2, run.Settle().Start.Count);
        Assert.True(StatusProjection.Project(run.State).Degraded);

        run.Allowance = new Allowance(int.MaxValue, Halvings: 9);
        run.Complete("only", 0);
        Assert.Single(run.State.Open);
        run.Allowance = Allowance.Unlimited;

        Assert.Equal(3, run.Settle().Start.Count);
        Assert.False(StatusProjection.Project(run.State).Degraded);
        Assert.Equal(["execution.degraded", "execution.recovered"], run.Story.Where(line => line.StartsWith("execution.", StringComparison.Ordinal)));
        Assert.Equal("MemoryPressure", run.Log.Events.Single(happened => happened.Type == EventType.ExecutionDegraded).Context!.Value.GetProperty("reason").GetString());
    }

    [Fact]
    public void A_loop_completes_though_memory_is_short_from_its_start_to_its_end()
    {
        var run = new Scenario(Loop("\"in\": [1, 2, 3, 4, 5], \"maxParallel\": 4")) { Allowance = new Allowance(int.MaxValue, Halvings: 30) };
        run.Settle();
        for (var i = 0; i < 5; i++)
        {
            Assert.Single(run.State.Open);
            run.Complete("only", i);
        }

        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
        Assert.Equal(5, StatusProjection.Project(run.State).Progress.Succeeded);
    }
}
