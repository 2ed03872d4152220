using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Tests.Playbooks;
using PlaybookOperator.Core.Work;
using Xunit;

namespace PlaybookOperator.Core.Tests.Work;

public sealed class InputPlannerTests
{
    /// <summary>Ten steps in a row, then one that names the second and the eighth.</summary>
    private static string Chain(string loading, string use = "{{ s2 }} {{ s8.results }}")
    {
        var steps = string.Join(",", Enumerable.Range(1, 10).Select(i =>
            $$"""{"step": "s{{i}}", "tool": {"kind": "http", "url": "http://x.invalid/"}, "next": "{{(i < 10 ? $"s{i + 1}" : "use")}}"}"""));
        return $$$"""{"loading": {{{loading}}}, "workflow": [{{{steps}}}, {"step": "use", "tool": {"kind": "http", "url": "{{{use}}}"}}]}""";
    }

    [Fact]
    public void Selective_carries_what_the_templates_name_and_nothing_else() =>
        Assert.Equal(["s2", "s8"], Carried(Planned(Chain("{}"))));

    [Fact]
    public void Eager_carries_what_is_named_and_the_steps_that_lead_here_up_to_the_depth()
    {
        Assert.Equal(["s2", "s8", "s10", "s9"], Carried(Planned(Chain("""{"strategy": "eager"}"""))));
        Assert.Equal(["s2", "s8", "s10"], Carried(Planned(Chain("""{"strategy": "eager", "maxDepth": 1}"""))));
        Assert.Equal(10, Carried(Planned(Chain("""{"strategy": "eager", "max_depth": 10}"""))).Count);
    }

    [Fact]
    public void Lazy_refers_to_what_is_named_and_carries_what_is_asked_for()
    {
        var inputs = Planned(Chain("""{"strategy": "lazy", "required": ["s8"], "optional": ["s5"]}"""));
        Assert.Equal([new InputReference("s2", 2, WithResults: true)], inputs.References);
        Assert.Equal(["s8", "s5"], Carried(inputs));
    }

    [Fact]
    public void Who_cannot_ask_for_results_gets_them()
    {
        var inputs = Planned(Chain("""{"strategy": "lazy"}"""), takesReferences: false);
        Assert.Equal(["s2", "s8"], Carried(inputs));
        Assert.Empty(inputs.References);
    }

    [Fact]
    public void A_child_and_a_container_are_given_everything_since_the_operator_starts_them()
    {
        var spec = """{"loading": {"strategy": "lazy"}, "workflow": [{"step": "s1", "tool": {"kind": "http", "url": "http://u"}, "next": "use"}, {"step": "use", "tool": {"kind": "playbook", "name": "{{ s1 }}"}}]}""";
        Assert.Equal(["s1"], Carried(Planned(spec, steps: 1)));
    }

    [Fact]
    public void A_result_of_a_circle_is_carried_since_a_newer_run_may_take_its_place()
    {
        var spec = """
            {"loading": {"strategy": "lazy"}, "workflow": [
              {"step": "s1", "tool": {"kind": "http", "url": "http://u"}, "next": "s2"},
              {"step": "s2", "tool": {"kind": "http", "url": "http://u"}, "next": [{"when": "{{ s2.again }}", "then": "s1"}, {"else": "use"}]},
              {"step": "use", "tool": {"kind": "http", "url": "{{ s2 }}"}}]}
            """;
        Assert.Equal(["s2"], Carried(Planned(spec, steps: 2)));
    }

    [Fact]
    public void Of_a_loop_the_values_are_wanted_only_where_a_template_names_them()
    {
        Assert.Equal([8], Planned(Chain("{}"), loops: [8]).LoopRuns);
        Assert.Empty(Planned(Chain("{}", "{{ s8.stats.failed }}"), loops: [8]).LoopRuns);
    }

    [Theory]
    [InlineData(StepStatus.Failed, "failed (no route)")]
    [InlineData(StepStatus.Skipped, "was skipped")]
    [InlineData(StepStatus.Running, "has not ended")]
    [InlineData(null, "has not run")]
    public void A_required_result_that_is_not_there_is_told_with_what_was_found(StepStatus? status, string found)
    {
        var plan = Compiling.Plan(Chain("""{"required": ["s4"]}"""));
        var state = State(10);
        state = state with
        {
            Steps = status is { } now ? state.Steps.SetItem("s4", state.Steps["s4"] with { Status = now, CallEnded = false, Error = "no route." }) : state.Steps.Remove("s4"),
        };
        var problem = InputPlanner.Plan(plan, state, plan.ByName["use"], takesReferences: true).Problem;
        Assert.NotNull(problem);
        Assert.Equal((WorkErrorKind.Configuration, false), (problem.Kind, problem.Retryable));
        Assert.Contains("step 's4'", problem.Message, StringComparison.Ordinal);
        Assert.Contains($"but it {found}.", problem.Message, StringComparison.Ordinal);
        Assert.Contains("loading.optional", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_required_result_is_asked_of_the_steps_after_it_alone()
    {
        var plan = Compiling.Plan(Chain("""{"required": ["s4"]}"""));
        var state = State(3);
        Assert.All(["s1", "s3", "s4"], step => Assert.Null(InputPlanner.Plan(plan, state, plan.ByName[step], takesReferences: true).Problem));
        Assert.NotNull(InputPlanner.Plan(plan, state, plan.ByName["s5"], takesReferences: true).Problem);
    }

    [Fact]
    public void An_optional_result_may_be_absent()
    {
        var plan = Compiling.Plan(Chain("""{"optional": ["s4"]}"""));
        var inputs = InputPlanner.Plan(plan, State(3), plan.ByName["use"], takesReferences: true);
        Assert.Null(inputs.Problem);
        Assert.Equal(["s2"], Carried(inputs));
    }

    [Fact]
    public void An_iteration_keeps_its_element_under_a_name_that_a_step_has_too()
    {
        var plan = Compiling.Plan("""
            {"loading": {"strategy": "eager"}, "workflow": [{"step": "s1", "tool": {"kind": "http", "url": "http://u"}, "next": "use"},
            {"step": "use", "loop": {"in": [1], "iterator": "s1"}, "tool": {"kind": "http", "url": "{{ s1 }}"}}]}
            """);
        Assert.Empty(InputPlanner.Plan(plan, State(1), plan.ByName["use"], takesReferences: true).Inputs);
    }

    [Fact]
    public void A_step_that_is_called_as_something_of_the_work_itself_is_hidden_by_it()
    {
        var plan = Compiling.Plan("""
            {"loading": {"strategy": "eager"}, "workflow": [
              {"step": "loop", "tool": {"kind": "http", "url": "http://u"}, "next": "use"},
              {"step": "use", "loop": {"in": [1], "iterator": "x"}, "tool": {"kind": "http", "url": "{{ loop.index }}"}}]}
            """);
        var ended = State(1).Steps["s1"] with { Step = "loop" };
        var state = State(1) with { Steps = State(1).Steps.Clear().Add("loop", ended) };
        Assert.Empty(InputPlanner.Plan(plan, state, plan.ByName["use"], takesReferences: true).Inputs);
    }

    /// <summary>What is read, and what a depth saves.</summary>
    [Fact]
    public void Selective_reads_less_than_a_third_and_a_depth_of_three_sends_less_than_a_third_of_everything()
    {
        var all = Planned(Chain("""{"strategy": "eager", "maxDepth": 10}""", "{{ s9 }} {{ s8 }}"), large: true);
        var selective = Planned(Chain("{}", "{{ s9 }} {{ s8 }}"), large: true);
        var shallow = Planned(Chain("""{"strategy": "eager", "maxDepth": 3}""", "{{ s9 }} {{ s8 }}"), large: true);
        Assert.Equal((10, 2, 3), (all.LargeResults.Count(), selective.LargeResults.Count(), shallow.LargeResults.Count()));
        Assert.InRange(Bytes(shallow) / (double)Bytes(all), 0, 0.31);
    }

    [Theory]
    [InlineData("""{"strategy": "eagr"}""", "loading.strategy: must be selective, eager or lazy, not 'eagr' (did you mean eager?).")]
    [InlineData("""{"maxDepth": 0}""", "loading.maxDepth: must be an integer from 1 to 10, not 0.")]
    [InlineData("""{"max_depth": 11}""", "loading.max_depth: must be an integer from 1 to 10, not 11.")]
    [InlineData("""{"required": ["s1", "uze"]}""", "loading.required[1]: names the step 'uze', which the workflow does not have (did you mean use?).")]
    [InlineData("""{"optional": ["elsewhere"]}""", "loading.optional[0]: names the step 'elsewhere', which the workflow does not have.")]
    [InlineData("""{"optional": "s1"}""", "loading.optional: must be a list, not the string 's1'.")]
    [InlineData("""{"required": [1]}""", "loading.required: must be a list of names of steps.")]
    [InlineData("""{"required": ["s1"], "optional": ["s1"]}""", "loading.optional: names 's1', which loading.required names too; keep one.")]
    [InlineData("""{"stratgy": "lazy"}""", "loading.stratgy: is not a known key (did you mean strategy?); known here are maxDepth, optional, required, strategy.")]
    public void What_is_wrong_with_loading_is_said_with_what_would_be_right(string loading, string expected) =>
        Assert.Contains(expected, Compiling.Errors(Chain(loading)).Select(error => error.Replace("error: ", "", StringComparison.Ordinal)));

    private static InputPlan Planned(string spec, int steps = 10, bool takesReferences = true, long[]? loops = null, bool large = false)
    {
        var plan = Compiling.Plan(spec);
        var state = State(steps);
        foreach (var loop in loops ?? []) state = state with { Steps = state.Steps.SetItem($"s{loop}", state.Steps[$"s{loop}"] with { IsLoop = true }) };
        if (large) state = state with { Steps = state.Steps.SetItems(state.Steps.Values.Select(run => KeyValuePair.Create(run.Step, run with { ResultBytes = 1000 }))) };
        return InputPlanner.Plan(plan, state, plan.ByName["use"], takesReferences);
    }

    private static List<string> Carried(InputPlan inputs) => [.. inputs.Carried.Select(input => input.Run.Step)];

    private static long Bytes(InputPlan inputs) => JsonText.Object(writer =>
    {
        foreach (var input in inputs.Carried)
        {
            writer.WritePropertyName(input.Run.Step);
            EarlierResult.Write(writer, input.Run, JsonSerializer.SerializeToElement(new string('x', 1000)), loopResults: null);
        }
    }).GetRawText() is var text ? Encoding.UTF8.GetByteCount(text) : 0;

    /// <summary>So many steps have ended.</summary>
    private static ExecutionState State(int steps) => ExecutionState.Initial with
    {
        Steps = ExecutionState.Initial.Steps.SetItems(Enumerable.Range(1, steps).Select(i => KeyValuePair.Create($"s{i}", new StepRun
        {
            Step = $"s{i}",
            Epoch = 0,
            RunId = i,
            Status = StepStatus.Completed,
            CallEnded = true,
            Result = Compiling.Json("{}"),
        }))),
    };
}
