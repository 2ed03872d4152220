using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Pools;
using PlaybookOperator.Core.Work;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions;

public sealed class PoolDecisionTests
{
    private static string Loop(string loop, string more = "") =>
        $$$"""{"workflow": [{"step": "only", "tool": {"kind": "http", "url": "http://example.test/"}, "loop": {"mode": "async", {{{loop}}} } {{{more}}} }]}""";

    [Theory]
    [InlineData("\"in\": \"{{ range(50) }}\"", false)]
    [InlineData("\"in\": \"{{ range(51) }}\"", true)]
    [InlineData("\"in\": \"{{ range(51) }}\", \"workers\": \"job\"", false)]
    [InlineData("\"in\": [1], \"workers\": \"pool\"", true)]
    public void Auto_is_a_pool_above_fifty_iterations(string loop, bool pooled)
    {
        var run = new Scenario(Loop(loop));

        var started = run.Settle().Start;

        Assert.Equal(pooled, run.State.Loops.Values.Single().Pool is not null);
        Assert.All(started, delivery => Assert.Equal(pooled, delivery.Key.IsPool));
        Assert.Equal(pooled, !run.Log.Events.Any(happened => happened.Type == EventType.IterationStarted));
    }

    [Fact]
    public void A_pool_runs_the_loop_to_its_end_with_one_event_for_each_iteration()
    {
        var run = new Scenario(Loop("\"in\": \"{{ range(100) }}\""));
        for (var answer = run.Say("only", "a", wants: 40); !answer.Leave && !run.State.IsTerminal;)
            answer = run.Say("only", "a", 40, [.. answer.Grants.SelectMany(Reports)]);

        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
        Assert.Equal(100 + 8, run.Log.Events.Count);
        Assert.Equal(100, run.State.Loops[3].Succeeded);
    }

    [Fact]
    public void A_failure_under_failFast_ends_the_loop_when_what_runs_has_ended()
    {
        var run = new Scenario(Loop("\"in\": \"{{ range(100) }}\", \"maxParallel\": 2, \"poolSize\": 1"));
        var grant = run.Say("only", "a", wants: 2).Grants[0];

        run.Say("only", "a", 2, Report(grant, grant.Lo) with { Outcome = WorkOutcome.Failed, Error = new WorkError(WorkErrorKind.Http, "500") });
        Assert.False(run.State.IsTerminal);
        run.Say("only", "a", 0, Report(grant, grant.Lo + 1));

        Assert.Equal((ExecutionPhase.Failed, 1, 1), (run.State.Phase, run.State.Loops[3].Succeeded, run.State.Loops[3].Failed));
        Assert.Contains("\"skipped\":98", run.Log.Events.Single(happened => happened.Type == EventType.IteratorFailed).Result!.Value.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(JobPhase.Failed)]
    [InlineData(JobPhase.Short)]
    [InlineData(JobPhase.Succeeded)]
    public void A_pool_that_lost_pods_gets_a_further_Job_under_the_next_fence(JobPhase phase)
    {
        var run = new Scenario(Loop("\"in\": \"{{ range(100) }}\""));
        run.Settle();
        var first = new Delivery(new WorkKey(3, WorkKey.Pool), 1);
        run.Jobs[first] = phase;

        Assert.Equal([first with { Fence = 2 }], run.Settle().Start);
        Assert.Equal((2, 0), (run.State.Loops[3].Pool!.Fence, run.State.Open.Count));
    }

    [Fact]
    public void A_pool_that_is_lost_three_times_without_an_iteration_having_ended_fails_the_loop()
    {
        var run = new Scenario(Loop("\"in\": \"{{ range(100) }}\""));
        for (var fence = 1; fence <= 3; fence++)
        {
            Assert.Equal(fence, Assert.Single(run.Settle().Start).Fence);
            run.Jobs[new Delivery(new WorkKey(3, WorkKey.Pool), fence)] = JobPhase.Failed;
        }

        run.Settle();
        Assert.Equal(ExecutionPhase.Failed, run.State.Phase);
        Assert.Contains("lost 3 times", run.State.Message!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pool_that_goes_on_losing_pods_while_others_work_gets_Jobs_ever_more_slowly_and_does_not_fail()
    {
        var run = new Scenario(Loop("\"in\": \"{{ range(100) }}\""));
        var waits = new List<double>();
        run.Settle();
        for (var fence = 1; fence <= 9; fence++)
        {
            run.Jobs[new Delivery(new WorkKey(3, WorkKey.Pool), fence)] = JobPhase.Short;
            var before = run.Now;
            while (run.Settle() is { Start.Count: 0 } decisions) run.Now = decisions.WakeAt!.Value;
            waits.Add((run.Now - before).TotalSeconds);
        }

        Assert.Equal([0, 4, 8, 16, 32, 60, 60, 60, 60], waits);
        Assert.Equal((ExecutionPhase.Running, 10), (run.State.Phase, run.State.Loops[3].Pool!.Fence));
    }

    [Fact]
    public void Progress_between_two_losses_starts_the_count_again()
    {
        var run = new Scenario(Loop("\"in\": \"{{ range(100) }}\", \"maxParallel\": 16, \"poolSize\": 16"));
        for (var fence = 1; fence <= 6; fence++)
        {
            var grant = run.Say("only", $"pod-{fence}", wants: 1).Grants[0];
            run.Say("only", $"pod-{fence}", 0, Report(grant, grant.Lo));
            run.Jobs[new Delivery(new WorkKey(3, WorkKey.Pool), fence)] = JobPhase.Failed;
            run.Settle();
        }

        Assert.Equal((ExecutionPhase.Running, 7, 0), (run.State.Phase, run.State.Loops[3].Pool!.Fence, run.State.Loops[3].Pool!.Losses));
    }

    [Fact]
    public void A_suspended_pool_is_sent_away_and_comes_back_when_it_is_resumed()
    {
        var run = new Scenario(Loop("\"in\": \"{{ range(100) }}\""));
        run.Settle();
        run.Intent = run.Intent with { Suspend = true };

        Assert.True(run.Say("only", "a", wants: 5).Leave);
        run.Jobs[new Delivery(new WorkKey(3, WorkKey.Pool), 1)] = JobPhase.Succeeded;
        Assert.Empty(run.Settle().Start);
        run.Intent = run.Intent with { Suspend = false };
        Assert.Equal(2, Assert.Single(run.Settle().Start).Fence);
        Assert.NotEmpty(run.Say("only", "a", wants: 5).Grants);
    }

    [Fact]
    public void An_override_of_maxParallel_is_the_window_from_the_next_word_on()
    {
        var run = new Scenario(Loop("\"in\": \"{{ range(100) }}\", \"poolSize\": 1"));
        Assert.Equal(8, run.Say("only", "a").Slots);
        run.Intent = run.Intent with { Overrides = run.Intent.Overrides.Add("overrides.loops.only.maxParallel", System.Text.Json.JsonElement.Parse("3")) };

        Assert.Equal(3, run.Say("only", "a").Slots);
    }

    [Fact]
    public void A_cancelled_execution_stops_its_pool_at_once_and_counts_what_its_workers_say_goodbye_with()
    {
        var run = new Scenario(Loop("\"in\": \"{{ range(100) }}\""));
        var grant = run.Say("only", "a", wants: 5).Grants[0];
        run.Say("only", "a", 0, Report(grant, 0));
        run.Intent = run.Intent with { Cancel = true };
        run.Settle();
        Assert.Equal((ExecutionPhase.Cancelling, 1), (run.State.Phase, run.State.Loops[3].Succeeded));
        Assert.Empty(run.Jobs);
        Assert.Empty(run.Say("only", "b", wants: 5).Grants);

        run.SayGoodbye("only", "a", Report(grant, 1), Report(grant, 2));

        Assert.Equal((ExecutionPhase.Cancelled, 3), (run.State.Phase, run.State.Loops[3].Succeeded));
        Assert.Equal(["execution.cancelling", "iteration.completed only 1", "iteration.completed only 2", "iterator.failed only", "step.exit only", "execution.cancelled"], run.Story.TakeLast(6));
        Assert.Empty(run.Settle().Start);
    }

    [Fact]
    public void At_the_deadline_too_what_a_pool_has_finished_counts_and_nothing_starts_any_more()
    {
        var run = new Scenario("""
            {"limits": {"maxDuration": 60}, "workflow": [
              {"step": "first", "tool": {"kind": "transform", "result": 1}, "next": ["only", "other"]},
              {"step": "only", "tool": {"kind": "http", "url": "http://example.test/"}, "loop": {"in": "{{ range(100) }}", "mode": "async", "workers": "pool"}},
              {"step": "other", "tool": {"kind": "http", "url": "http://example.test/"}, "loop": {"in": [1, 2, 3], "mode": "async", "maxParallel": 1, "workers": "job"}}]}
            """);
        var grant = run.Say("only", "a", wants: 5).Grants[0];
        run.Now += TimeSpan.FromSeconds(60);
        run.Settle();
        Assert.Equal(ExecutionPhase.Running, run.State.Phase);
        Assert.Empty(run.Jobs);
        Assert.Empty(run.State.Open);
        Assert.Empty(run.Say("only", "a").Grants);

        run.SayGoodbye("only", "a", Report(grant, 0) with { RunId = run.State.Steps["only"].RunId });

        Assert.Equal((ExecutionPhase.Failed, "DeadlineExceeded", "maxDuration of 60 s is over."), (run.State.Phase, run.State.Reason, run.State.Message));
        Assert.Equal(1, run.State.Loops[run.State.Steps["only"].RunId].Succeeded);
        Assert.Equal(["workflow.failed", "playbook.failed"], run.Story.TakeLast(2));
        Assert.Single(run.Story, told => told.StartsWith("iteration.started other", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Workers_that_say_nothing_are_waited_for_five_seconds(bool cancelled)
    {
        var run = new Scenario(Loop("\"in\": \"{{ range(100) }}\"").Replace("{\"workflow\"", "{\"limits\": {\"maxDuration\": 60}, \"workflow\"", StringComparison.Ordinal));
        run.Say("only", "a", wants: 5);
        if (cancelled) run.Intent = run.Intent with { Cancel = true };
        else run.Now += TimeSpan.FromSeconds(60);
        Assert.Equal(run.Now + TimeSpan.FromSeconds(5), run.Settle().WakeAt);

        run.Now += TimeSpan.FromSeconds(5);
        run.Settle();

        Assert.Equal(cancelled ? ExecutionPhase.Cancelled : ExecutionPhase.Failed, run.State.Phase);
    }

    [Fact]
    public void The_step_of_onExit_begins_when_the_pool_has_said_goodbye()
    {
        var run = new Scenario("""
            {"onExit": "last", "workflow": [
              {"step": "only", "tool": {"kind": "http", "url": "http://example.test/"}, "loop": {"in": "{{ range(100) }}", "mode": "async", "workers": "pool"}},
              {"step": "last", "tool": {"kind": "http", "url": "http://example.test/"}}]}
            """);
        run.Say("only", "a", wants: 5);
        run.Intent = run.Intent with { Cancel = true };
        run.Settle();
        Assert.False(run.State.Steps.ContainsKey("last"));

        run.SayGoodbye("only", "a");

        Assert.Equal(StepStatus.Running, run.State.Steps["last"].Status);
    }

    [Fact]
    public void Nobody_is_waited_for_when_the_resource_is_deleted()
    {
        var run = new Scenario(Loop("\"in\": \"{{ range(100) }}\""));
        run.Say("only", "a", wants: 5);
        run.Intent = run.Intent with { Deleted = true };
        run.Settle();

        Assert.Equal(ExecutionPhase.Cancelled, run.State.Phase);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_loop_of_onExit_runs_in_its_pool_whatever_the_outcome(bool cancelled)
    {
        var run = new Scenario("""
            {"onExit": "last", "workflow": [
              {"step": "first", "tool": {"kind": "http", "url": "http://example.test/"}},
              {"step": "last", "tool": {"kind": "http", "url": "http://example.test/"}, "loop": {"in": [1, 2], "mode": "async", "workers": "pool"}}]}
            """);
        run.Settle();
        if (cancelled) run.Intent = run.Intent with { Cancel = true };
        else run.Complete("first");

        Assert.Contains(run.Settle().Start.Concat(run.Jobs.Keys), delivery => delivery.Key.IsPool);
        var answer = run.Say("last", "a", wants: 2);
        run.Say("last", "a", 0, [.. answer.Grants.SelectMany(Reports).Select(report => report with { RunId = run.State.Steps["last"].RunId })]);

        Assert.Equal(cancelled ? ExecutionPhase.Cancelled : ExecutionPhase.Completed, run.State.Phase);
        Assert.Equal(2, run.Log.Events.Count(happened => happened.Type == EventType.IterationCompleted));
    }

    [Fact]
    public void A_loop_of_Jobs_leaves_the_places_of_the_execution_that_a_pool_takes()
    {
        var run = new Scenario("""
            {"limits": {"maxParallel": 5}, "workflow": [
              {"step": "start", "next": ["jobs", "pool"]},
              {"step": "jobs", "tool": {"kind": "http", "url": "http://example.test/"}, "loop": {"in": "{{ range(9) }}", "mode": "async", "maxParallel": 4, "workers": "job"}},
              {"step": "pool", "tool": {"kind": "http", "url": "http://example.test/"}, "loop": {"in": "{{ range(9) }}", "mode": "async", "maxParallel": 4, "workers": "pool", "poolSize": 1}}]}
            """);
        run.Settle();

        Assert.Equal(4, run.Say("pool", "a", wants: 9).Slots);
        for (var index = 0; index < 3; index++) run.Complete("jobs", index);
        Assert.Single(run.State.Open);
        Assert.Equal(4, run.Say("pool", "a").Slots);
    }

    private static IEnumerable<WorkReport> Reports(PoolGrant grant)
    {
        for (var index = grant.Lo; index < grant.Hi; index++) yield return Report(grant, index);
    }

    private static WorkReport Report(PoolGrant grant, long index) => new() { RunId = 3, Index = index, Fence = grant.Lease, Outcome = WorkOutcome.Completed };
}
