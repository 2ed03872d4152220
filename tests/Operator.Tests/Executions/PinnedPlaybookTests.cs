using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Deciding;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Tests.Support;
using PlaybookOperator.Operator.Yaml;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Executions;

/// <summary>Executions under way whose playbook the compiler of a newer operator refuses.</summary>
[Collection(WholeOperator.Name)]
public sealed class PinnedPlaybookTests : IAsyncLifetime
{
    private const string Walk = """
        workflow:
        - {step: walk, loop: {in: '{{ range(2) }}', mode: async, workers: job}, tool: {kind: transform, result: '{{ item + secret.BASE | int }}'}, next: last}
        - {step: last, tool: {kind: transform, result: 1}}
        secrets: [{name: BASE, secretKeyRef: {name: base, key: base}}]
        """;

    private OperatorUnderTest _operator = null!;

    public async ValueTask InitializeAsync() => _operator = await OperatorUnderTest.StartAsync();

    public ValueTask DisposeAsync() => _operator.DisposeAsync();

    [Fact]
    public async Task An_execution_under_way_goes_on_when_a_check_was_added()
    {
        await StartAsync();
        // What a check that came with the upgrade refuses: here keys that this compiler never knew.
        await UpgradeAsync(Walk.Replace("step: walk,", "step: walk, formerKey: 1,", StringComparison.Ordinal));
        await OperatorUnderTest.UntilAsync("it says so", () => OperatorUnderTest.Message(_operator.FindExecution("one")) is not null);
        Assert.StartsWith(
            "Runs as it was accepted; a new start would be refused: workflow[0].formerKey: is not a known key",
            OperatorUnderTest.Message(_operator.FindExecution("one")),
            StringComparison.Ordinal);

        foreach (var job in _operator.Jobs()) await WorkerPod.RunAsync(_operator, job, new Dictionary<string, string> { ["BASE"] = "5" });
        var ended = await _operator.FinishedAsync("one");
        Assert.Equal("Completed", OperatorUnderTest.Phase(ended));
        Assert.Equal(1, await _operator.NumberAsync("SELECT count(*) FROM event WHERE event_type = 'playbook.completed'"));

        _operator.Playbook("book", Walk.Replace("step: walk,", "step: walk, formerKey: 1,", StringComparison.Ordinal));
        _operator.Execution("two", "{playbook: book}");
        Assert.Contains("formerKey", OperatorUnderTest.Message(await _operator.FinishedAsync("two")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_cannot_be_read_any_more_ends_with_its_terminal_event_and_is_cleaned_up()
    {
        await StartAsync();
        await UpgradeAsync(Walk.Replace("'{{ item + secret.BASE | int }}'", "'{{ item + }}'", StringComparison.Ordinal));
        var ended = await _operator.FinishedAsync("one");
        Assert.Equal("Failed", OperatorUnderTest.Phase(ended));
        Assert.Contains("does not compile here: workflow[0].tool.result: template, line 1", OperatorUnderTest.Message(ended), StringComparison.Ordinal);
        var conditions = ended["status"]!["conditions"]!.AsArray();
        Assert.Equal("True", (string)conditions.Single(condition => (string)condition!["type"]! == "Finished")!["status"]!);
        Assert.Equal("PlaybookRefused", (string)conditions.Single(condition => (string)condition!["type"]! == "Failed")!["reason"]!);
        Assert.Equal(1, await _operator.NumberAsync("SELECT count(*) FROM event WHERE event_type = 'playbook.failed'"));
        Assert.Equal(1, await _operator.NumberAsync("SELECT count(*) FROM event WHERE event_type = 'iterator.failed'"));
        Assert.Equal(0, await _operator.NumberAsync("SELECT count(*) FROM execution WHERE ended_at IS NULL"));
        await OperatorUnderTest.UntilAsync("its Jobs are gone", () => _operator.Jobs().Count == 0);
        _operator.Execution("one", "{ttlSecondsAfterFinished: 0}");
        await OperatorUnderTest.UntilAsync("it is gone", () => _operator.FindExecution("one") is null);
    }

    [Fact]
    public async Task One_whose_resource_went_while_it_cannot_be_read_ends_too()
    {
        await StartAsync();
        await UpgradeAsync("workflow: nothing", () => _operator.DeleteExecution("one"));
        await OperatorUnderTest.UntilAsync("it has ended", async () => await _operator.NumberAsync("SELECT count(*) FROM execution WHERE ended_at IS NULL") == 0);
        Assert.Equal(1, await _operator.NumberAsync("SELECT count(*) FROM event WHERE event_type IN ('playbook.failed', 'execution.cancelled')"));
    }

    [Fact]
    public async Task Whatever_was_under_way_an_abandoned_execution_ends_once_and_nothing_of_it_is_left()
    {
        using var engine = new Engine();
        await engine.CreateAsync("""
            onExit: tidy
            workflow:
            - {step: walk, loop: {in: '{{ range(3) }}', mode: async, workers: job, aggregate: {sum: '{{ result }}'}}, tool: {kind: http, url: 'http://example.invalid/'}}
            - {step: tidy, tool: {kind: http, url: 'http://example.invalid/'}}
            """);
        await engine.PassAsync();
        await engine.ReportAsync(engine.Workers.Started.First());
        var lost = new StateLostException("It cannot be read.") { Reason = StateLostException.Refused };
        var ended = await engine.Reconciler.AbandonAsync(engine.Id, lost, TestContext.Current.CancellationToken);
        Assert.Equal((ExecutionPhase.Failed, "PlaybookRefused", "It cannot be read."), (ended!.Value.State.Phase, ended.Value.State.Reason, ended.Value.State.Message));
        Assert.DoesNotContain(engine.Workers.Alive, worker => worker.Value == JobPhase.Active);
        var events = await engine.EventsAsync();
        Assert.Equal([EventType.IterationFailed, EventType.IterationFailed, EventType.IteratorFailed, EventType.StepExit, EventType.WorkflowFailed, EventType.PlaybookFailed], events.TakeLast(6).Select(happened => happened.Type));
        await engine.Reconciler.AbandonAsync(engine.Id, lost, TestContext.Current.CancellationToken);
        Assert.Equal(events.Count, (await engine.EventsAsync()).Count);
        Assert.Null(await engine.Reconciler.AbandonAsync(new ExecutionId(1), lost, TestContext.Current.CancellationToken));
    }

    private async Task StartAsync()
    {
        _operator.Playbook("book", Walk);
        _operator.Execution("one", "{playbook: book}");
        await OperatorUnderTest.UntilAsync("its Jobs are there", () => _operator.Jobs().Count == 2);
    }

    /// <summary>The operator goes, and one comes for which the pinned document is another.</summary>
    private async Task UpgradeAsync(string spec, Action? meanwhile = null)
    {
        await _operator.StopOperatorAsync();
        // Or the operator that comes would know the plan of this very digest from the resource.
        _operator.Playbook("book", "workflow: [{step: other}]");
        await _operator.ExecuteAsync("UPDATE playbook_version SET spec = $1::json", YamlDocument.Parse(spec).GetRawText());
        meanwhile?.Invoke();
        await _operator.StartOperatorAsync();
    }
}
