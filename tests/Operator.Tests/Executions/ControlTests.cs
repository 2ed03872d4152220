using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Executions;

/// <summary>What an Execution's spec says about its life, beside suspend and cancel.</summary>
[Collection(WholeOperator.Name)]
public sealed class ControlTests : IAsyncLifetime
{
    private const string Echo = "workflow: [{step: echo, tool: {kind: transform, result: '{{ workload }}'}}]";
    private const string Walk = "workflow: [{step: walk, loop: {in: '{{ range(100) }}', mode: async, maxParallel: 2, workers: job}, tool: {kind: http, url: 'http://example.invalid/'}}]";
    private OperatorUnderTest _operator = null!;

    public async ValueTask InitializeAsync() => _operator = await OperatorUnderTest.StartAsync();

    public ValueTask DisposeAsync() => _operator.DisposeAsync();

    [Fact]
    public async Task A_finished_Execution_is_deleted_when_its_time_is_up_and_its_rows_live_on()
    {
        _operator.Playbook("book", Echo);
        _operator.Execution("short", "{playbook: book, ttlSecondsAfterFinished: 0}");
        _operator.Execution("long", "{playbook: book}");
        await OperatorUnderTest.UntilAsync("it is gone", () => _operator.FindExecution("short") is null);
        Assert.Equal("Completed", OperatorUnderTest.Phase(await _operator.FinishedAsync("long")));
        Assert.Equal(2, await _operator.NumberAsync("SELECT count(*) FROM execution WHERE phase = 'Completed'"));
    }

    [Fact]
    public async Task Rows_go_when_the_retention_is_over_and_stay_when_they_are_to_be_kept()
    {
        _operator.Playbook("book", "{eventRetention: keep, " + Echo + "}");
        _operator.Execution("gone", "{playbook: book, eventRetention: 1ms}");
        _operator.Execution("kept", "{playbook: book}");
        await _operator.FinishedAsync("gone");
        await _operator.FinishedAsync("kept");
        await OperatorUnderTest.UntilAsync("its rows are gone", async () => await _operator.NumberAsync("SELECT count(*) FROM execution WHERE name = 'gone'") == 0);
        Assert.Equal(0, await _operator.NumberAsync("SELECT count(*) FROM event e WHERE NOT EXISTS (SELECT FROM execution x WHERE x.id = e.execution_id)"));
        Assert.Equal(1, await _operator.NumberAsync("SELECT count(*) FROM execution WHERE name = 'kept' AND expires_at IS NULL"));
        Assert.NotNull(_operator.FindExecution("gone"));
    }

    [Fact]
    public async Task A_workload_from_a_ConfigMap_is_waited_for_and_lies_between_the_playbooks_and_the_executions_own()
    {
        _operator.Playbook("book", "{workload: {a: 1, b: 1, c: 1}, " + Echo + "}");
        _operator.Execution("one", "{playbook: book, workload: {c: 3}, workloadFrom: {configMapKeyRef: {name: input, key: data}}}");
        await OperatorUnderTest.UntilAsync("it waits", () => OperatorUnderTest.Phase(_operator.FindExecution("one")) == "Pending");
        Assert.Contains("ConfigMap 'input'", OperatorUnderTest.Message(_operator.FindExecution("one")), StringComparison.Ordinal);
        _operator.ConfigMap("input", "data", "b: 2\nc: 2\n");
        Assert.Equal("Completed", OperatorUnderTest.Phase(await _operator.FinishedAsync("one")));
        Assert.Equal(1, await _operator.NumberAsync("SELECT count(*) FROM event WHERE event_type = 'call.done' AND result = '{\"a\": 1, \"b\": 2, \"c\": 3}'"));
    }

    [Fact]
    public async Task A_log_that_nears_maxEvents_is_told_as_a_condition_that_stays_and_as_an_Event()
    {
        _operator.Playbook("book", "{limits: {maxEvents: 100}, workflow: [{step: spin, next: [{when: '1 == 1', then: spin}]}]}");
        _operator.Execution("one", "{playbook: book}");
        var conditions = (await _operator.FinishedAsync("one"))["status"]!["conditions"]!.AsArray();
        var degraded = conditions.Single(condition => (string)condition!["type"]! == "Degraded")!;
        Assert.Equal(("True", "MaxEvents"), ((string)degraded["status"]!, (string)degraded["reason"]!));
        Assert.Matches("^The log has 8[0-9] events of maxEvents = 100, ", (string)degraded["message"]!);
        Assert.Equal("MaxEvents", (string)conditions.Single(condition => (string)condition!["type"]! == "Failed")!["reason"]!);
        await OperatorUnderTest.UntilAsync("it is told", () => _operator.Cluster.History().Contains("\"reason\":\"Degraded\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("limits: {maxParallel: 20}", "limits.maxParallel: may only tighten the playbook's 10, not 20.")]
    [InlineData("limits: {maxDuration: 2d}", "limits.maxDuration: may only tighten")]
    [InlineData("limits: {maxParalel: 2}", "did you mean maxParallel?")]
    [InlineData("eventRetention: soon", "must be keep, or a duration")]
    [InlineData("workload: {count: none}", "workload.count: must be an integer")]
    public async Task A_spec_that_asks_for_what_it_may_not_fails_at_once_with_the_reason(string spec, string expected)
    {
        _operator.Playbook("book", "{limits: {maxParallel: 10}, schema: {properties: {count: {type: integer}}}, " + Echo + "}");
        _operator.Execution("one", $"{{playbook: book, {spec}}}");
        var ended = await _operator.FinishedAsync("one");
        Assert.Equal("Failed", OperatorUnderTest.Phase(ended));
        Assert.Contains(expected, OperatorUnderTest.Message(ended), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Overrides_edited_while_it_runs_take_effect_and_are_events()
    {
        _operator.Playbook("book", Walk);
        _operator.Execution("one", "playbook: book");
        await OperatorUnderTest.UntilAsync("2 workers run", () => _operator.Jobs().Count == 2);
        _operator.Execution("one", "overrides: {loops: {walk: {maxParallel: 5}}}");
        await OperatorUnderTest.UntilAsync("5 workers run", () => _operator.Jobs().Count == 5);
        Assert.Equal(
            1, await _operator.NumberAsync("SELECT count(*) FROM event WHERE event_type = 'execution.updated' AND context->>'field' = 'overrides.loops.walk.maxParallel' AND context->>'new' = '5'"));
    }

    [Theory]
    [InlineData("{loops: {wolk: {maxParallel: 5}}}", "did you mean walk?")]
    [InlineData("{loops: {walk: {maxParallel: many}}}", "must be an integer of at least 1")]
    [InlineData("{loops: {walk: {speed: 5}}}", "speed is not known")]
    public async Task Overrides_without_effect_are_a_warning_and_no_failure(string overrides, string expected)
    {
        _operator.Playbook("book", Walk);
        _operator.Execution("one", $"{{playbook: book, overrides: {overrides}}}");
        await OperatorUnderTest.UntilAsync("it says so", () => OperatorUnderTest.Message(_operator.FindExecution("one"))?.Contains(expected, StringComparison.Ordinal) == true);
        Assert.Equal("Running", OperatorUnderTest.Phase(_operator.FindExecution("one")));
        Assert.Equal(0, await _operator.NumberAsync("SELECT count(*) FROM event WHERE event_type = 'execution.updated'"));
    }

    [Fact]
    public async Task An_execution_whose_resource_went_while_no_operator_was_there_is_cancelled()
    {
        _operator.Playbook("book", Walk);
        _operator.Execution("one", "playbook: book");
        await OperatorUnderTest.UntilAsync("2 workers run", () => _operator.Jobs().Count == 2);
        await _operator.StopOperatorAsync();
        _operator.DeleteExecution("one");
        await _operator.StartOperatorAsync();
        await OperatorUnderTest.UntilAsync(
            "it is cancelled", async () => await _operator.NumberAsync("SELECT count(*) FROM execution WHERE phase = 'Cancelled' AND expires_at > now() + interval '29 days'") == 1);
    }

    [Fact]
    public async Task Ready_says_every_problem_in_the_words_of_the_linter()
    {
        _operator.Playbook("book", "workflow: [{step: a, tool: {kind: htp}}, {step: b, tool: {kind: transform, result: '{{ secret.X }}'}}, {step: c, tool: {kind: shell, cmds: 'true', timeout: soon}}]");
        await OperatorUnderTest.UntilAsync("it is judged", () => _operator.FindPlaybook("book")?["status"]?["conditions"] is not null);
        var message = (string)_operator.FindPlaybook("book")!["status"]!["conditions"]![0]!["message"]!;
        Assert.Contains("workflow[0].tool.kind: 'htp' is not a known tool", message, StringComparison.Ordinal);
        Assert.Contains("workflow[1].tool.result: warning: names the secret 'X'", message, StringComparison.Ordinal);
        Assert.Contains("workflow[2].tool.timeout: must be a duration above zero", message, StringComparison.Ordinal);
        Assert.Contains("workflow[1]: warning: the step 'b' is never reached", message, StringComparison.Ordinal);
    }
}
