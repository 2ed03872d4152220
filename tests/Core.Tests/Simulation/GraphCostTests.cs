using System.Text;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Deciding;
using PlaybookOperator.Core.Tests.Playbooks;
using Xunit;

namespace PlaybookOperator.Core.Tests.Simulation;

/// <summary>The law about graphs: what a workflow costs follows the number of its edges.</summary>
public sealed class GraphCostTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sixteen_times_the_edges_cost_about_sixteen_times_the_memory(bool isBackwards)
    {
        var few = BytesOf(Dense(40, isBackwards));
        var many = BytesOf(Dense(160, isBackwards));
        Assert.True(many < 24 * few, $"{few} bytes for 780 edges, {many} for 12,720");
    }

    private static long BytesOf(string spec)
    {
        var plan = Compiling.Plan(spec);
        var facts = new ExecutionFacts(new ExecutionId(7), "default", "run", "test", Compiling.Json("{}"), s_now);
        Decider.Decide(plan, facts, ExecutionState.Initial, Observed.Nothing, s_now);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var decided = Decider.Decide(plan, facts, ExecutionState.Initial, Observed.Nothing, s_now);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(EventType.PlaybookCompleted, decided.Events[^1].Type);
        return bytes;
    }

    /// <summary>Each step leads to all that come after it.</summary>
    /// <param name="isBackwards">The document names the last first, but for the start.</param>
    private static string Dense(int steps, bool isBackwards)
    {
        var places = Enumerable.Range(1, steps - 1);
        var text = new StringBuilder("{\"workflow\": [");
        foreach (var step in (isBackwards ? places.Reverse() : places).Prepend(0))
        {
            var targets = string.Join(", ", Enumerable.Range(step + 1, steps - step - 1).Select(place => $"\"s{place}\""));
            text.Append(step == 0 ? "" : ", ").Append($$"""{"step": "s{{step}}", "tool": {"kind": "noop"}, "next": [{{targets}}]}""");
        }

        return text.Append("]}").ToString();
    }
}
