using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using Xunit;

namespace PlaybookOperator.Core.Tests.Playbooks;

public sealed class PlanCompilerTests
{
    private const string Http = """ "tool": {"kind": "http", "url": "http://example.test/"} """;

    [Theory]
    [InlineData("""  "tool": {"kind": "http", "url": "http://u", "method": "POST"}, "loop": {"in": [1], "iterator": "x", "maxParallel": 3, "mode": "async"}, "args": {"a": 1}  """)]
    [InlineData("""  "tool": "http", "endpoint": "http://u", "method": "POST", "loop": {"collection": [1], "element": "x", "max_in_flight": 3, "mode": "parallel"}, "input": {"a": 1}  """)]
    [InlineData("""  "tool": {"kind": "http", "endpoint": "http://u", "method": "POST"}, "loop": {"collection": [1], "element": "x", "max_parallel": 3, "mode": "async"}, "input": {"a": 1}  """)]
    public void Both_spellings_mean_the_same(string keys)
    {
        var step = Compiling.Plan(Compiling.OneStep(keys)).Steps[0];
        Assert.Equal(("http", "x", 3, LoopMode.Async), (step.Task!.Tool.Kind, step.Loop!.Iterator, step.Loop.MaxParallel, step.Loop.Mode));
        Assert.Equal(["url", "method"], step.Task.Tool.Settings.Members.Select(member => member.Key).OrderDescending());
        Assert.NotNull(step.Task.Args["a"]);
    }

    [Theory]
    [InlineData("on_error", "max_attempts", "initial_delay", "max_delay", "retryable_status_codes")]
    [InlineData("onError", "maxAttempts", "initialDelay", "maxDelay", "retryableStatusCodes")]
    public void Keys_may_be_in_snake_case_and_in_camelCase(string onError, string attempts, string initial, string max, string codes)
    {
        var retry = $$"""{"{{onError}}": {"{{attempts}}": 5, "{{initial}}": "500ms", "{{max}}": "1h30m", "{{codes}}": [429]} }""";
        var plan = Compiling.Plan(Compiling.OneStep($"{Http}, \"retry\": {retry}")).Steps[0].Task!.Retry.OnError!;
        Assert.Equal((5, TimeSpan.FromSeconds(0.5), TimeSpan.FromMinutes(90), 429), (plan.MaxAttempts, plan.InitialDelay, plan.MaxDelay, Assert.Single(plan.RetryableStatusCodes)));
    }

    [Theory]
    [InlineData("true", 3)]
    [InlineData("7", 7)]
    public void Retry_may_be_short(string retry, int attempts) =>
        Assert.Equal(attempts, Compiling.Plan(Compiling.OneStep($"{Http}, \"retry\": {retry}")).Steps[0].Task!.Retry.OnError!.MaxAttempts);

    [Fact]
    public void All_problems_are_told_at_once_with_their_field_paths()
    {
        var errors = Compiling.Errors("""
            {"limits": {"max_iterations": 0}, "workflow": [
              {"step": "a", "tool": "htpp", "next": "bb"},
              {"step": "b1", "loop": {"in": 5, "mode": "zigzag"}, "tool": {"kind": "http"}},
              {"step": "a", "retry": "often"}, 7]}
            """);
        Assert.All(
            (string[])["limits.max_iterations: must be", "workflow[0].tool: 'htpp' is not a known tool (did you mean http?)", "workflow[0].next: names the step 'bb'",
                "workflow[1].loop.mode: must be", "workflow[1].tool.url: is required", "workflow[2].step: the name 'a' is taken by workflow[0]",
                "workflow[2].retry: must be true", "workflow[3]: must be a step"],
            expected => Assert.Contains(errors, error => error.StartsWith(expected, StringComparison.Ordinal)));
    }

    [Fact]
    public void Unknown_keys_and_steps_name_the_nearest_known_one()
    {
        var errors = Compiling.Errors("""{"workflow": [{"step": "fetch", "nxt": "x", "next": "stor"}, {"step": "store"}]}""");
        Assert.Contains(errors, error => error.StartsWith("workflow[0].nxt: is not a known key (did you mean next?)", StringComparison.Ordinal));
        Assert.Contains("workflow[0].next: names the step 'stor', which does not exist (did you mean store?).", errors);
    }

    [Theory]
    [InlineData("""  "loop": {"in": "{{ workload.url }}"}  """, "workflow[0].loop.in: reads the secret-bearing 'workload.url'")]
    [InlineData("""  "next": [{"when": "secret.TOKEN == 'x'", "then": "end"}]  """, "workflow[0].next: reads the secret-bearing 'secret.TOKEN'")]
    [InlineData("""  "vars": {"leak": "{{ workload.deep }}"}  """, "workflow[0].vars: reads the secret-bearing 'workload.deep'")]
    [InlineData("""  "case": [{"when": "true", "then": {"fail": "{{ workload }}"}}]  """, "workflow[0].case[0].then: reads the secret-bearing 'workload'")]
    public void A_secret_is_refused_where_the_operator_evaluates_however_it_gets_there(string keys, string problem)
    {
        var spec = $$$"""{"workload": {"url": "{{ secret.TOKEN }}", "deep": "{{ workload.url }}!"}, "workflow": [{"step": "only", {{{Http}}}, {{{keys}}} }]}""";
        Assert.Contains(Compiling.Errors(spec), error => error.StartsWith(problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{{ workload.items }}", true)]
    [InlineData("{{ workload.deep }}", false)]
    [InlineData("{{ secret.TOKEN }}", false)]
    public void A_transform_runs_in_the_operator_unless_it_reads_a_secret(string result, bool runsInOperator)
    {
        var spec = $$$"""{"workload": {"url": "{{ secret.TOKEN }}", "deep": "{{ workload.url }}", "items": 1}, "workflow": [{"step": "t", "tool": {"kind": "transform", "result": "{{{result}}}"} }]}""";
        Assert.Equal(runsInOperator, Compiling.Plan(spec).Steps[0].RunsInOperator);
    }

    [Fact]
    public void Unreachable_steps_and_unknown_workload_names_are_only_warnings()
    {
        var spec = """{"workload": {"items": []}, "workflow": [{"step": "a", "vars": {"x": "{{ workload.itens }}"}}, {"step": "island"}]}""";
        Assert.Empty(Compiling.Errors(spec));
        var warnings = Compiling.Warnings(spec);
        Assert.Contains(warnings, warning => warning.StartsWith("workflow[1]: warning: the step 'island' is never reached", StringComparison.Ordinal));
        Assert.Contains(warnings, warning => warning.Contains("'workload.itens', which the workload does not have (did you mean items?)", StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_key_in_two_spellings_is_a_problem()
    {
        var errors = Compiling.Errors(Compiling.OneStep($"{Http}, \"loop\": {{\"in\": [1], \"collection\": [2], \"maxParallel\": 1, \"max_parallel\": 2}}"));
        Assert.Contains(errors, error => error.StartsWith("workflow[0].loop.collection: says the same", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.StartsWith("workflow[0].loop.max_parallel: is given twice", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("\"text\"")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"workflow": []}""")]
    [InlineData("""{"workflow": {}}""")]
    [InlineData("""{"workflow": [null]}""")]
    [InlineData("""{"workflow": [{}]}""")]
    [InlineData("""{"workflow": [{"step": 5}]}""")]
    [InlineData("""{"workflow": [{"step": "a", "loop": []}]}""")]
    [InlineData("""{"workflow": [{"step": "a", "next": {"step": 1}}]}""")]
    [InlineData("""{"workflow": [{"step": "a", "case": [{"when": "{{ (", "then": {}}]}]}""")]
    [InlineData("""{"workflow": [{"step": "vars"}]}""")]
    [InlineData("""{"secrets": [5], "workflow": [{"step": "a"}]}""")]
    [InlineData("""{"secrets": [{"name": "../x"}], "workflow": [{"step": "a"}]}""")]
    public void A_document_of_any_shape_gives_problems_and_no_exception(string spec)
    {
        var compilation = Compiling.Compile(spec);
        Assert.Null(compilation.Plan);
        Assert.All(compilation.Errors, problem => Assert.False(string.IsNullOrWhiteSpace(problem.Message)));
        Assert.NotEmpty(compilation.Errors);
    }

    [Fact]
    public void Limits_have_the_defaults_of_the_contract()
    {
        var limits = Compiling.Plan("""{"limits": {"maxDuration": "90s", "max_parallel": 5}, "workflow": [{"step": "a"}]}""").Limits;
        Assert.Equal(PlanLimits.Default with { MaxDuration = TimeSpan.FromSeconds(90), MaxParallel = 5 }, limits);
        Assert.Equal((1_000_000, 24, 1000), (limits.MaxIterations, PlanLimits.Default.MaxDuration.TotalHours, PlanLimits.Default.MaxParallel));
    }

    [Fact]
    public void The_step_named_start_runs_first_wherever_it_stands() =>
        Assert.Equal("start", Compiling.Plan("""{"workflow": [{"step": "a"}, {"step": "start", "next": "a"}]}""").StartStep);

    [Fact]
    public void Long_chains_of_steps_do_not_exhaust_the_stack()
    {
        var steps = string.Join(',', Enumerable.Range(0, 5_000).Select(i => $$"""{"step": "s{{i}}", "next": "s{{i + 1}}"}"""));
        Assert.Equal(5_001, Compiling.Plan($$"""{"workflow": [{{steps}}, {"step": "s5000"}]}""").Steps.Length);
    }

    [Fact]
    public void A_failure_policy_may_count_or_take_a_share()
    {
        static FailurePolicy Policy(string json) => Compiling.Plan(Compiling.OneStep($"{Http}, \"loop\": {{\"in\": [1], \"failurePolicy\": {json}}}")).Steps[0].Loop!.FailurePolicy;
        Assert.Equal(new FailurePolicy.MaxFailed(2), Policy("""{"max_failed": 2}"""));
        Assert.Equal(new FailurePolicy.MaxFailedPercent(50), Policy("""{"maxFailedPercent": 50}"""));
        Assert.False(Policy("""{"maxFailedPercent": 50}""").IsExceeded(5, 10));
        Assert.True(Policy("""{"maxFailedPercent": 50}""").IsExceeded(6, 10));
        Assert.IsType<FailurePolicy.CollectAll>(Policy("\"collect_all\""));
    }
}
