using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions;

public sealed class AggregateDecisionTests
{
    private static string Loop(string loop, string more = "") => $$$"""
        {"workflow": [{"step": "only", "tool": {"kind": "http", "url": "http://example.test/"}, {{{more}}}
                       "loop": {"mode": "async", "collect": "aggregates", "aggregate": {"ms": "{{ result.ms }}"}, {{{loop}}} }},
                      {"step": "after", "tool": {"kind": "transform", "result": "{{ only.aggregates.ms.max }}"}}]}
        """;

    [Fact]
    public void The_end_of_the_loop_says_what_its_numbers_have_come_to_and_templates_read_it()
    {
        var run = new Scenario(Loop("\"in\": [1, 2, 3]", "\"next\": \"after\","));
        foreach (var (index, ms) in new[] { (1, 10.0), (0, 30), (2, 20) }) run.Tell("only", index, report => report with { Numbers = [ms] });

        var end = run.Log.Events.Single(happened => happened.Type == EventType.IteratorCompleted);
        Assert.Equal(
            """{"stats":{"total":3,"succeeded":3,"failed":0,"skipped":0},"aggregates":{"ms":{"count":3,"sum":60,"mean":20,"min":10,"max":30,"stddev":10,"p50":20,"p95":29,"p99":29.8}}}""",
            end.Result!.Value.GetRawText());
        Assert.Equal("30", run.State.Steps["after"].Result!.Value.GetRawText());
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
    }

    [Fact]
    public void Nothing_is_decided_on_numbers_of_another_moment()
    {
        var run = new Scenario(Loop("\"in\": [1]"));
        run.Settle();
        var seen = run.Log.Read();
        run.Log.Take(new WorkReport { RunId = run.State.Steps["only"].RunId, Index = 0, Fence = 1, Outcome = WorkOutcome.Completed, Numbers = [5] }, run.Now);
        Assert.Equal(0, seen.State.Loops.Values.Single().Done);

        run.Settle();

        Assert.Equal(5, run.Log.Events.Single(happened => happened.Type == EventType.IteratorCompleted).Result!.Value.GetProperty("aggregates").GetProperty("ms").GetProperty("sum").GetDouble());
    }

    [Fact]
    public void An_empty_loop_has_aggregates_of_nothing()
    {
        var run = new Scenario(Loop("\"in\": []"));
        run.Settle();

        Assert.Equal(
            """{"count":0,"sum":0,"mean":null,"min":null,"max":null,"stddev":null,"p50":null,"p95":null,"p99":null}""",
            Ms(run, EventType.IteratorCompleted).GetRawText());
    }

    [Fact]
    public void A_loop_that_is_cut_off_by_its_deadline_publishes_what_it_has()
    {
        var run = new Scenario(Loop("\"in\": [1, 2, 3]").Replace("{\"workflow\"", "{\"limits\": {\"maxDuration\": \"1h\"}, \"workflow\"", StringComparison.Ordinal));
        run.Tell("only", 1, report => report with { Numbers = [8] });
        run.Now = run.Now.AddHours(2);
        run.Settle();

        Assert.Equal((1, 8.0), (Ms(run, EventType.IteratorFailed).GetProperty("count").GetInt32(), Ms(run, EventType.IteratorFailed).GetProperty("mean").GetDouble()));
        Assert.Equal(ExecutionPhase.Failed, run.State.Phase);
    }

    [Fact]
    public void A_busy_loop_is_cut_off_though_its_numbers_were_read_a_moment_ago()
    {
        var run = new Scenario(Loop("\"in\": [1, 2, 3]"));
        run.Tell("only", 1, report => report with { Numbers = [8] });
        run.Stale = run.Log.AggregatesOf(run.State.Steps["only"].RunId);
        run.Tell("only", 0, report => report with { Numbers = [2] });
        run.Intent = Intent.Run with { Cancel = true };
        run.Settle();

        Assert.Equal(ExecutionPhase.Cancelled, run.State.Phase);
        Assert.Equal(1, Ms(run, EventType.IteratorFailed).GetProperty("count").GetInt32());
    }

    private static JsonElement Ms(Scenario run, EventType end) =>
        run.Log.Events.Single(happened => happened.Type == end).Result!.Value.GetProperty("aggregates").GetProperty("ms");
}
