using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions;

/// <summary>Steps that are entered more than once.</summary>
public sealed class EpochDecisionTests
{
    private const string Http = """ "tool": {"kind": "http", "url": "http://example.test/"} """;
    private const string Count = """ "vars": {"n": "{{ (vars.n | default(0)) + 1 }}"}, "tool": {"kind": "noop"} """;

    [Fact]
    public void C10_a_loop_that_is_entered_ten_times_has_ten_epochs_of_its_own()
    {
        var run = new Scenario($$$"""
            {"workflow": [
              {"step": "batch", {{{Http}}}, "loop": {"in": "{{ range(100) }}", "mode": "async", "maxParallel": 100, "workers": "job"}, "vars": {"n": "{{ (vars.n | default(0)) + 1 }}"},
               "next": [{"when": "vars.n < 10", "then": "batch"}]}]}
            """);
        run.Settle();
        while (!run.State.IsTerminal)
            for (var index = 0; index < 100; index++) run.Complete("batch", index);
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
        var ends = run.Log.Events.Where(happened => happened.Type == EventType.IteratorCompleted).ToList();
        Assert.Equal(Enumerable.Range(0, 10), ends.Select(happened => happened.Epoch!.Value));
        Assert.Equal(10, ends.Select(happened => happened.RunId).Distinct().Count());
        Assert.Equal(1000, run.Log.Events.Count(happened => happened.Type == EventType.IterationCompleted));
    }

    [Fact]
    public void D9_a_step_that_leads_to_itself_ends_when_its_condition_does()
    {
        var run = new Scenario($$$"""
            {"workflow": [{"step": "start", "next": [{"step": "page", "args": {"cursor": 1}}]},
              {"step": "page", {{{Http}}}, "next": [{"when": "result.next", "then": [{"step": "page", "args": {"cursor": "{{ result.next }}"}}]}, {"else": "report"}]},
              {"step": "report", "tool": {"kind": "transform", "result": "{{ page.next }}"}}]}
            """);
        run.Complete("page", result: """{"next": 2}""").Complete("page", result: """{"next": 3}""");
        Assert.Equal(3, run.State.Steps["page"].Args!.Value.GetProperty("cursor").GetInt32());
        run.Complete("page", result: """{"next": null}""");
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
        Assert.Equal(3, run.Story.Count(line => line == "step.started page"));
        Assert.Single(run.Story, "step.started report");
    }

    [Fact]
    public void What_only_the_last_pass_leads_to_waits_for_it_and_is_passed_by_when_it_leads_elsewhere()
    {
        var run = new Scenario($$$"""
            {"workflow": [{"step": "a", {{{Count}}}, "next": "b"},
              {"step": "b", "next": [{"when": "vars.n < 3", "then": "a"}, {"when": "vars.n == 3", "then": "done"}, {"else": "never"}]},
              {"step": "done"}, {"step": "never"}]}
            """);
        run.Settle();
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
        Assert.Equal((3, 3, 1, 0), (Entries(run, "a"), Entries(run, "b"), Entries(run, "done"), Entries(run, "never")));
        Assert.Single(run.Story, "step.skipped never");
        Assert.True(run.Story.ToList().IndexOf("step.skipped never") > run.Story.ToList().LastIndexOf("step.exit b"));
    }

    [Fact]
    public void A_join_inside_a_circle_waits_in_every_epoch_and_counts_epochs_over_runs_and_skips()
    {
        var run = new Scenario($$$"""
            {"workflow": [{"step": "head", {{{Count}}}, "next": [{"when": "vars.n % 2 == 1", "then": ["left", "right"]}, {"else": "right"}]},
              {"step": "left", "next": "join"}, {"step": "right", "next": "join"},
              {"step": "join", "next": [{"when": "vars.n < 4", "then": "head"}]}]}
            """);
        run.Settle();
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
        Assert.Equal((4, 2, 4, 4), (Entries(run, "head"), Entries(run, "left"), Entries(run, "right"), Entries(run, "join")));
        Assert.Equal(2, run.Story.Count(line => line == "step.skipped left"));
        Assert.Equal([0, 1, 2, 3], Epochs(run, "left"));
    }

    [Fact]
    public void A_circle_starts_again_only_when_all_of_it_is_over()
    {
        var run = new Scenario($$$"""
            {"workflow": [{"step": "head", "next": ["fast", "slow"]},
              {"step": "fast", {{{Http}}}, "next": [{"when": "result", "then": "head"}]},
              {"step": "slow", {{{Http}}}, "next": [{"when": "result", "then": "head"}]}]}
            """);
        run.Complete("fast", result: "true");
        Assert.Equal(1, Entries(run, "head"));
        run.Complete("slow", result: "true");
        Assert.Equal((2, 2, 2), (Entries(run, "head"), Entries(run, "fast"), Entries(run, "slow")));
        run.Complete("fast", result: "false").Complete("slow", result: "false");
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
    }

    [Fact]
    public void A_slow_step_beside_a_circle_runs_once_for_each_pass()
    {
        var run = new Scenario($$$"""
            {"workflow": [{"step": "poll", {{{Count}}}, "next": ["handle", "again"]},
              {"step": "again", "next": [{"when": "vars.n < 3", "then": "poll"}]}, {"step": "handle", {{{Http}}} }]}
            """);
        for (var pass = 0; pass < 3; pass++) run.Complete("handle");
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
        Assert.Equal((3, 3), (Entries(run, "poll"), Entries(run, "handle")));
    }

    [Fact]
    public void A_step_that_was_chosen_in_a_former_pass_is_not_forgotten_by_the_next()
    {
        var run = new Scenario($$$"""
            {"workflow": [{"step": "a", {{{Count}}}, "next": [{"when": "vars.n == 1", "then": ["out", "b"]}, {"else": "b"}]},
              {"step": "b", "next": [{"when": "vars.n < 3", "then": "a"}, {"when": "vars.n > 5", "then": "out"}]}, {"step": "out"}]}
            """);
        run.Settle();
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
        Assert.Equal(1, Entries(run, "out"));
        Assert.DoesNotContain("step.skipped out", run.Story);
    }

    [Fact]
    public void A_circle_inside_another_starts_anew_in_each_of_its_passes()
    {
        var run = new Scenario("""
            {"workflow": [{"step": "outer", "tool": {"kind": "noop"}, "vars": {"o": "{{ (vars.o | default(0)) + 1 }}", "i": 0}, "next": "inner"},
              {"step": "inner", "tool": {"kind": "noop"}, "vars": {"i": "{{ vars.i + 1 }}"}, "next": [{"when": "vars.i < 3", "then": "inner"}, {"else": "close"}]},
              {"step": "close", "next": [{"when": "vars.o < 4", "then": "outer"}, {"else": "end"}]}, {"step": "end"}]}
            """);
        run.Settle();
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
        Assert.Equal((4, 12, 4, 1), (Entries(run, "outer"), Entries(run, "inner"), Entries(run, "close"), Entries(run, "end")));
    }

    [Fact]
    public void Results_of_former_epochs_can_be_read_until_there_is_a_new_one()
    {
        var run = new Scenario($$$"""
            {"workflow": [{"step": "page", {{{Http}}}, "vars": {"seen": "{{ (vars.seen | default([])) + [result] }}"},
              "next": [{"when": "result < 2", "then": "mirror"}]},
              {"step": "mirror", "tool": {"kind": "transform", "result": "{{ page }} after {{ mirror | default('nothing') }}"}, "next": "page"}]}
            """);
        run.Complete("page", result: "0").Complete("page", result: "1").Complete("page", result: "2");
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
        Assert.Equal("1 after 0 after nothing", run.State.Steps["mirror"].Visible!.Result!.Value.GetString());
        Assert.Equal("[0,1,2]", run.State.Vars["seen"].GetRawText());
    }

    [Fact]
    public void The_thousand_and_first_entry_fails_the_workflow()
    {
        var run = new Scenario("""{"workflow": [{"step": "spin", "next": [{"when": "1 == 1", "then": "spin"}]}]}""");
        run.Settle();
        Assert.Equal((ExecutionPhase.Failed, "MaxEpochs"), (run.State.Phase, run.State.Reason));
        Assert.Equal("Step 'spin' was entered 1000 times, which is the limit: the circle it belongs to does not end.", run.State.Message);
        Assert.Equal(1000, Entries(run, "spin"));
    }

    [Fact]
    public void A_late_report_of_a_former_epoch_counts_for_nothing()
    {
        var run = new Scenario($$$"""{"workflow": [{"step": "a", {{{Http}}}, "next": [{"when": "result", "then": "a"}]}]}""");
        run.Settle();
        var former = run.DeliveryOf("a");
        run.Complete("a", result: "true");
        var late = new WorkReport { RunId = former.Key.RunId, Index = former.Key.Index, Fence = former.Fence, Outcome = WorkOutcome.Completed };
        Assert.Equal(IngestOutcome.Unknown, run.Log.Take(late, run.Now));
        Assert.Contains(run.DeliveryOf("a").Key, run.State.Open.Keys);
    }

    [Fact]
    public void Two_thousand_steps_in_a_row_and_side_by_side_run()
    {
        var chain = string.Join(',', Enumerable.Range(0, 2_000).Select(i => $$"""{"step": "c{{i}}", "next": "c{{i + 1}}"}"""));
        var wide = string.Join(',', Enumerable.Range(0, 2_000).Select(i => $$"""{"step": "w{{i}}", "next": "join"}"""));
        var all = string.Join("\",\"", Enumerable.Range(0, 2_000).Select(i => $"w{i}"));
        foreach (var spec in (string[])[$$"""{"workflow": [{{chain}}, {"step": "c2000"}]}""", $$"""{"workflow": [{"step": "start", "next": ["{{all}}"]}, {{wide}}, {"step": "join"}]}"""])
        {
            var run = new Scenario(spec);
            run.Settle();
            Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
        }
    }

    private static int Entries(Scenario run, string step) => run.Story.Count(line => line == $"step.started {step}");

    private static IEnumerable<int> Epochs(Scenario run, string step) =>
        run.Log.Events.Where(happened => happened.Step == step && happened.Type is EventType.StepStarted or EventType.StepSkipped && happened.Step == step).Select(happened => happened.Epoch!.Value);
}
