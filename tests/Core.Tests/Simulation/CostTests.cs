using PlaybookOperator.Core.Tests.Executions;
using Xunit;

namespace PlaybookOperator.Core.Tests.Simulation;

/// <summary>The law about cost: what an event costs does not depend on how long the loop is, nor on how many epochs came before.</summary>
public sealed class CostTests
{
    private const string Http = """ "tool": {"kind": "http", "url": "http://example.test/"} """;
    private const int Measured = 60;

    [Fact]
    public void An_iteration_of_a_million_costs_what_one_of_a_hundred_costs()
    {
        var few = BytesOf(Loop(100));
        var many = BytesOf(Loop(1_000_000));
        Assert.True(many < 1.3 * few, $"{few} bytes for {Measured} iterations of 100, {many} of 1,000,000");
    }

    [Fact]
    public void The_hundredth_epoch_costs_what_the_first_costs()
    {
        var run = new Scenario($$$"""{"workflow": [{"step": "only", {{{Http}}}, "next": [{"when": "result", "then": "only"}]}]}""");
        var first = Allocated(() => Again(run, 10));
        Again(run, 100);
        var later = Allocated(() => Again(run, 10));
        Assert.True(later < 1.3 * first, $"{first} bytes for the first ten epochs, {later} for ten after a hundred");
    }

    private static void Again(Scenario run, int times)
    {
        for (var i = 0; i < times; i++)
        {
            run.Complete("only", result: "true");
            run.Jobs.Clear();
        }
    }

    private static Scenario Loop(int length) => new(
        $$$"""{"workflow": [{"step": "only", {{{Http}}}, "loop": {"in": "{{ range({{{length}}}) }}", "mode": "async", "maxParallel": 4, "workers": "job"} }]}""");

    private static long BytesOf(Scenario run)
    {
        run.Complete("only", 0);
        return Allocated(() =>
        {
            for (var index = 1; index <= Measured; index++) run.Complete("only", index);
        });
    }

    private static long Allocated(Action act)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        act();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
