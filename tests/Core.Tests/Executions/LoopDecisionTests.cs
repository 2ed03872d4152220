using PlaybookOperator.Core.Executions;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions;

public sealed class LoopDecisionTests
{
    private const string Http = """ "tool": {"kind": "http", "url": "http://example.test/"} """;

    [Theory]
    [InlineData("[1,2,3,4,5,6,7]", "item < 2", "", 1)]
    [InlineData("{{ range(2000000) }}", "item % 1000000 == 0", "", 2)]
    [InlineData("{{ range(1000000000000) }}", "item > 3", "\"limit\": 2,", 2)]
    [InlineData("[1,2,3,4,5,6,7]", "item > 1", "\"limit\": 5, \"orderBy\": \"0 - item\",", 5)]
    public void What_where_and_limit_leave_is_what_maxIterations_counts(string elements, string where, string more, int total)
    {
        var run = new Scenario($$$"""
            {"limits": {"maxIterations": 5}, "workflow": [{"step": "only", "tool": {"kind": "http", "url": "http://example.test/"},
              "loop": {"in": {{{(elements[0] == '[' ? elements : $"\"{elements}\"")}}}, {{{more}}} "where": "{{{where}}}"} }]}
            """);
        run.Settle();

        Assert.Equal(total, run.State.Loops.Values.Single().Total);
    }

    [Theory]
    [InlineData("{{ range(7) }}", "item > 0", "workflow[0].loop has more than limits.maxIterations = 5 iterations: where keeps 6 of the first 7 elements.")]
    [InlineData("{{ range(1000000000000) }}", "item < 0", "workflow[0].loop.in has 1000000000000 elements, more than the 10000000 of which where can choose.")]
    public void A_loop_that_where_leaves_too_long_fails_with_what_is_known(string elements, string where, string message)
    {
        var run = new Scenario($$$"""
            {"limits": {"maxIterations": 5}, "workflow": [{"step": "only", "tool": {"kind": "http", "url": "http://example.test/"}, "loop": {"in": "{{{elements}}}", "where": "{{{where}}}"} }]}
            """);
        run.Settle();

        Assert.Equal($"Step 'only' failed: {message}", run.State.Message);
    }

    [Fact]
    public void A_loop_that_may_be_as_long_as_can_be_keeps_what_where_leaves()
    {
        var run = new Scenario($$$"""
            {"limits": {"maxIterations": {{{long.MaxValue}}}}, "workflow": [{"step": "only", "tool": {"kind": "http", "url": "http://example.test/"}, "loop": {"in": [1, 2, 3], "where": "item > 1"}}]}
            """);
        run.Settle();

        Assert.Equal(2, run.State.Loops.Values.Single().Total);
    }

    [Theory]
    [InlineData("{{ range(1000000000000) }}", "")]
    [InlineData("{{ range(3000000) }}", "\"where\": \"item >= 0\",")]
    public void More_than_can_be_sorted_is_refused_however_few_are_wanted(string elements, string where)
    {
        var run = new Scenario($$$"""
            {"workflow": [{"step": "only", "tool": {"kind": "http", "url": "http://example.test/"}, "loop": {"in": "{{{elements}}}", {{{where}}} "orderBy": "0 - item", "limit": 3}}]}
            """);
        run.Settle();

        Assert.Equal("Step 'only' failed: workflow[0].loop has more than 1000000 elements to sort by orderBy.", run.State.Message);
    }

    [Fact]
    public void A_loop_whose_required_result_is_not_there_fails_once_and_starts_nothing()
    {
        var run = new Scenario("""
            {"loading": {"required": ["a"]}, "workflow": [
              {"step": "a", "tool": {"kind": "http", "url": "http://example.test/"}, "case": [{"when": "event.name == 'call.error'", "then": {"next": "walk"}}], "next": "walk"},
              {"step": "walk", "loop": {"in": [1, 2, 3], "mode": "async", "failurePolicy": "collectAll"}, "tool": {"kind": "http", "url": "http://example.test/"}}]}
            """);
        run.Settle();
        run.Fail("a");
        Assert.Empty(run.Settle().Start);
        Assert.Equal(ExecutionPhase.Failed, run.State.Phase);
        var failed = run.Log.Events.Single(happened => happened.Type == EventType.IteratorFailed);
        Assert.StartsWith("loading.required: the result of step 'a' must be there", failed.Error, StringComparison.Ordinal);
        Assert.Equal("Configuration", failed.Context!.Value.GetProperty("error").GetProperty("kind").GetString());
        Assert.DoesNotContain(run.Log.Events, happened => happened.Type == EventType.IterationStarted);
    }

    [Fact]
    public void A_sequential_loop_tells_its_story_iteration_by_iteration()
    {
        var run = new Scenario($$$"""
            {"workload": {"endpoints": ["a", "b"]}, "workflow": [
              {"step": "start", "next": "fetch"},
              {"step": "fetch", {{{Http}}}, "loop": {"in": "{{ workload.endpoints }}", "iterator": "endpoint"}, "next": "end"},
              {"step": "end"}]}
            """);
        run.Complete("fetch", 0).Complete("fetch", 1);
        Assert.Equal(
        [
            "playbook.started", "workflow.initialized", "step.started start", "step.exit start", "step.started fetch", "iterator.started fetch",
            "iteration.started fetch 0", "iteration.completed fetch 0", "iteration.started fetch 1", "iteration.completed fetch 1",
            "iterator.completed fetch", "step.exit fetch", "step.started end", "step.exit end", "workflow.completed", "playbook.completed",
        ], run.Story);
        var context = run.Log.Events[5].Context!.Value;
        Assert.Equal((2, 2, "sequential", "endpoint", "http"), (
            context.GetProperty("total_count").GetInt32(), context.GetProperty("collection_size").GetInt32(), context.GetProperty("mode").GetString(),
            context.GetProperty("iterator_name").GetString(), context.GetProperty("nested_task").GetProperty("tool").GetString()));
    }

    [Fact]
    public void An_empty_loop_completes_at_once_without_a_Job()
    {
        var run = new Scenario(Loop("\"in\": []"));
        var decisions = run.Settle();
        Assert.Empty(decisions.Start);
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
        Assert.Contains("iterator.completed only", run.Story);
    }

    [Theory]
    [InlineData("{{ workload.word }}", "workflow[0].loop.in must give a list or a map, not the string \"abc\".")]
    [InlineData("{{ workload.number }}", "workflow[0].loop.in must give a list or a map, not the integer 5.")]
    [InlineData("{{ workload.nothing }}", "workflow[0].loop.in must give a list or a map, not null.")]
    [InlineData("{{ workload.absent }}", "workflow[0].loop")]
    public void A_source_that_is_no_list_fails_the_step_with_the_field_and_the_type_found(string source, string message)
    {
        var run = new Scenario(Loop($"\"in\": \"{source}\""), """{"word": "abc", "number": 5, "nothing": null}""");
        run.Settle();
        Assert.Equal(ExecutionPhase.Failed, run.State.Phase);
        Assert.Contains(message, run.State.Message, StringComparison.Ordinal);
        Assert.Single(run.Story, "iterator.failed only");
        Assert.Empty(run.Jobs);
    }

    [Fact]
    public void With_failFast_the_first_failure_names_its_index_and_nothing_more_starts()
    {
        var run = new Scenario(Loop("\"in\": [1, 2, 3]"));
        run.Complete("only", 0).Fail("only", 1);
        Assert.Equal(ExecutionPhase.Failed, run.State.Phase);
        Assert.Contains("iteration 1: 503 from the server.", run.State.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("iteration.started only 2", run.Story);
        Assert.Equal("{\"stats\":{\"total\":3,\"succeeded\":1,\"failed\":1,\"skipped\":1}}", StatsOf(run));
    }

    [Fact]
    public void With_collectAll_the_loop_completes_even_when_all_fail()
    {
        var run = new Scenario(Loop("\"in\": [1, 2], \"mode\": \"async\", \"failurePolicy\": \"collectAll\""));
        run.Fail("only", 1).Fail("only", 0);
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
        Assert.Equal("{\"stats\":{\"total\":2,\"succeeded\":0,\"failed\":2,\"skipped\":0}}", StatsOf(run));
    }

    [Theory]
    [InlineData(1, ExecutionPhase.Failed)]
    [InlineData(2, ExecutionPhase.Completed)]
    public void With_maxFailed_the_loop_fails_when_more_than_so_many_failed(int maxFailed, ExecutionPhase phase)
    {
        var run = new Scenario(Loop($"\"in\": [1, 2], \"mode\": \"async\", \"failurePolicy\": {{\"maxFailed\": {maxFailed}}}"));
        run.Fail("only", 0).Fail("only", 1);
        Assert.Equal(phase, run.State.Phase);
    }

    [Fact]
    public void An_async_loop_keeps_its_window_full_and_no_fuller()
    {
        var run = new Scenario(Loop("\"in\": \"{{ range(10) }}\", \"mode\": \"async\", \"maxParallel\": 3"));
        Assert.Equal([0L, 1, 2], run.Settle().Start.Select(delivery => delivery.Key.Index));
        run.Complete("only", 1);
        Assert.Equal([0L, 2, 3], run.State.Open.Keys.Select(key => key.Index));
    }

    [Fact]
    public void A_waiting_iteration_is_delivered_again_when_it_is_due_and_not_before()
    {
        var run = new Scenario(Loop("\"in\": [1]"));
        run.Wait("only", 0, TimeSpan.FromSeconds(30));
        Assert.Equal(run.Now.AddSeconds(30), run.Settle().WakeAt);
        Assert.Empty(run.Settle().Start);
        run.Now = run.Now.AddSeconds(30);
        Assert.Equal(2, Assert.Single(run.Settle().Start).Fence);
    }

    [Fact]
    public void Two_waiting_iterations_do_not_keep_each_other_from_going_on()
    {
        var run = new Scenario(Loop("\"in\": [1, 2], \"mode\": \"async\", \"maxParallel\": 1"));
        run.Wait("only", 0, TimeSpan.FromSeconds(30)).Wait("only", 1, TimeSpan.FromSeconds(30));
        run.Now = run.Now.AddSeconds(30);
        Assert.Single(run.Settle().Start);
        run.Complete("only", 0).Complete("only", 1);
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
    }

    [Fact]
    public void A_loop_over_the_results_of_another_gets_them_in_order_of_index()
    {
        var run = new Scenario($$$"""
            {"workflow": [
              {"step": "first", {{{Http}}}, "loop": {"in": [1, 2], "mode": "async"}, "next": "second"},
              {"step": "second", {{{Http}}}, "loop": {"in": "{{ first.results }}"}}]}
            """);
        run.Complete("first", 1, "\"b\"").Complete("first", 0, "\"a\"");
        var started = run.Log.Events.Single(happened => happened.Type == EventType.IteratorStarted && happened.Step == "second");
        Assert.Equal("""["a","b"]""", started.Context!.Value.GetProperty("collection").GetRawText());
    }

    [Fact]
    public void A_loop_that_waits_for_results_does_not_outlive_the_failure_of_another_step()
    {
        var run = new Scenario($$$"""
            {"workflow": [
              {"step": "first", {{{Http}}}, "loop": {"in": [1]}, "next": ["aborts", "second"]},
              {"step": "aborts", "tool": {"kind": "transform", "result": "a {{ absent }}"}},
              {"step": "second", {{{Http}}}, "loop": {"in": "{{ first.results }}"}}]}
            """);
        run.Complete("first", 0);
        Assert.Equal(ExecutionPhase.Failed, run.State.Phase);
    }

    [Fact]
    public void Where_order_and_limit_are_applied_once_in_that_order()
    {
        var run = new Scenario(Loop("\"in\": [5, 1, 4, 2, 3], \"where\": \"item > 1\", \"orderBy\": {\"by\": \"item\", \"desc\": true}, \"limit\": 2"));
        run.Settle();
        var context = run.Log.Events.Single(happened => happened.Type == EventType.IteratorStarted).Context!.Value;
        Assert.Equal("[5,4]", context.GetProperty("collection").GetRawText());
        Assert.Equal((2, 5), (context.GetProperty("total_count").GetInt32(), context.GetProperty("collection_size").GetInt32()));
    }

    [Fact]
    public void More_iterations_than_the_limit_fail_the_step_before_any_starts()
    {
        var run = new Scenario($$$"""{"limits": {"maxIterations": 3}, "workflow": [{"step": "only", {{{Http}}}, "loop": {"in": "{{ range(4) }}"}}]}""");
        run.Settle();
        Assert.Contains("4 iterations, more than limits.maxIterations = 3", run.State.Message, StringComparison.Ordinal);
        Assert.Empty(run.Jobs);
    }

    private static string Loop(string keys) => $$$"""{"workflow": [{"step": "only", {{{Http}}}, "loop": { {{{keys}}} } }]}""";

    private static string StatsOf(Scenario run) =>
        run.Log.Events.Single(happened => happened.Type is EventType.IteratorCompleted or EventType.IteratorFailed).Result!.Value.GetRawText();
}
