using PlaybookOperator.Core.Executions;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions;

/// <summary>Chunks, <c>until</c>, <c>rateLimit</c>, <c>key</c>.</summary>
public sealed class LoopModeDecisionTests
{
    private const string Http = """ "tool": {"kind": "http", "url": "http://example.test/"} """;

    [Fact]
    public void C9_chunks_are_named_by_their_offsets_and_count_as_elements()
    {
        var run = new Scenario(Loop("\"in\": \"{{ range(200) }}\", \"mode\": \"chunked\", \"chunk\": 60, \"maxParallel\": 3"));
        Assert.Equal([0L, 60, 120], run.Settle().Start.Select(delivery => delivery.Key.Index));
        Assert.Equal(180, StatusProjection.Project(run.State).Progress.Active);
        run.Complete("only", 60);
        Assert.Equal([0L, 120, 180], run.State.Open.Keys.Select(key => key.Index));
        Assert.Equal("60/200", StatusProjection.Project(run.State).Progress.Text);
        run.Complete("only", 180).Complete("only", 0).Complete("only", 120);
        Assert.Equal((ExecutionPhase.Completed, 200), (run.State.Phase, Only(run).Succeeded));
        var started = run.Log.Events.Where(happened => happened.Type == EventType.IterationStarted).Select(happened => happened.Context!.Value.GetRawText());
        Assert.Equal("""{"lo":180,"hi":200}""", started.Last());
        Assert.Equal(4, run.Log.Events.Count(happened => happened.Type == EventType.IterationCompleted));
    }

    [Fact]
    public void A_failed_chunk_counts_all_its_elements_as_failed()
    {
        var run = new Scenario(Loop("\"in\": [1, 2, 3, 4, 5], \"mode\": \"chunked\", \"chunk\": 2, \"failurePolicy\": {\"maxFailed\": 2}"));
        run.Fail("only", 2).Complete("only", 0).Fail("only", 4);
        Assert.Equal(ExecutionPhase.Failed, run.State.Phase);
        Assert.Equal("{\"stats\":{\"total\":5,\"succeeded\":2,\"failed\":3,\"skipped\":0}}", StatsOf(run));
    }

    [Theory]
    [InlineData(1, "0 1")]
    [InlineData(2, "0")]
    public void B5_a_chunk_larger_than_the_collection_is_one_call(int chunk, string offsets)
    {
        var run = new Scenario(Loop($"\"in\": [1, 2], \"mode\": \"chunked\", \"chunk\": {chunk}"));
        Assert.Equal(offsets, string.Join(' ', run.Settle().Start.Select(delivery => delivery.Key.Index)));
    }

    [Fact]
    public void Until_ends_the_loop_early_and_the_rest_is_skipped()
    {
        var run = new Scenario(Loop("\"in\": \"{{ range(10) }}\", \"until\": \"result > 1\""));
        run.Complete("only", 0).Tell("only", 1, report => report with { Until = false }).Tell("only", 2, report => report with { Until = true });
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
        Assert.DoesNotContain("iteration.started only 3", run.Story);
        Assert.Equal("{\"stats\":{\"total\":10,\"succeeded\":3,\"failed\":0,\"skipped\":7}}", StatsOf(run));
        Assert.True(run.Log.Events.Single(happened => happened is { Type: EventType.IterationCompleted, IterationIndex: 2 }).Context!.Value.GetProperty("until").GetBoolean());
    }

    [Fact]
    public void Starts_are_spaced_by_the_rate_from_the_start_of_the_loop()
    {
        var run = new Scenario(Loop("\"in\": \"{{ range(10) }}\", \"mode\": \"async\", \"rateLimit\": {\"perSecond\": 4}"));
        var begin = run.Now;
        Assert.Equal(begin.AddSeconds(0.25), run.Settle().WakeAt);
        Assert.Equal(1, Only(run).Cursor);
        run.Now = begin.AddSeconds(0.24);
        Assert.Equal((begin.AddSeconds(0.25), 1), (run.Settle().WakeAt, Only(run).Cursor));
        run.Now = begin.AddSeconds(0.6);
        Assert.Equal((begin.AddSeconds(0.75), 3), (run.Settle().WakeAt, Only(run).Cursor));
    }

    [Fact]
    public void After_an_idle_time_at_most_one_seconds_worth_starts_at_once()
    {
        var run = new Scenario(Loop("\"in\": \"{{ range(100) }}\", \"mode\": \"async\", \"workers\": \"job\", \"maxParallel\": 100, \"rateLimit\": {\"perSecond\": 4}"));
        run.Settle();
        run.Now = run.Now.AddMinutes(5);
        Assert.Equal((run.Now.AddSeconds(0.25), 5), (run.Settle().WakeAt, Only(run).Cursor));
    }

    [Fact]
    public void A_rate_below_one_a_second_is_kept_after_an_idle_time_too()
    {
        var run = new Scenario(Loop("\"in\": \"{{ range(10) }}\", \"mode\": \"async\", \"rateLimit\": {\"perSecond\": 0.5}"));
        run.Settle();
        run.Now = run.Now.AddMinutes(5);
        Assert.Equal((run.Now.AddSeconds(2), 2), (run.Settle().WakeAt, Only(run).Cursor));
    }

    [Fact]
    public void Two_elements_of_one_key_fail_the_step_and_name_both_indices()
    {
        var run = new Scenario(Loop("\"in\": [\"a\", \"b\", \"a\"], \"key\": \"{{ item }}\""));
        run.Settle();
        Assert.Equal("Step 'only' failed: workflow[0].loop.key gives 'a' for the indices 0 and 2; each iteration needs a key of its own.", run.State.Message);
        Assert.Empty(run.Jobs);
    }

    [Fact]
    public void A_key_that_gives_no_name_fails_the_step()
    {
        var run = new Scenario(Loop("\"in\": [{\"id\": null}], \"key\": \"{{ item.id }}\""));
        run.Settle();
        Assert.Contains("workflow[0].loop.key must give text or a number, not null", run.State.Message, StringComparison.Ordinal);
    }

    private static LoopState Only(Scenario run) => Assert.Single(run.State.Loops).Value;

    private static string Loop(string keys) => $$$"""{"workflow": [{"step": "only", {{{Http}}}, "loop": { {{{keys}}} } }]}""";

    private static string StatsOf(Scenario run) =>
        run.Log.Events.Single(happened => happened.Type is EventType.IteratorCompleted or EventType.IteratorFailed).Result!.Value.GetRawText();
}
