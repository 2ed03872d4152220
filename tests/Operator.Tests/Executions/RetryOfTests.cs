using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Executions;

/// <summary>Executions with <c>retryOf</c>: what they run, what they carry over, and which they refuse.</summary>
public sealed class RetryOfTests : IDisposable
{
    private const string Loop = "workflow: [{step: walk, loop: {in: [1, 2, 3], mode: async, failurePolicy: collectAll}, tool: {kind: http, url: 'http://example.invalid/'}}]";
    private readonly Engine _engine = new();

    [Fact]
    public async Task Only_what_failed_runs_again_and_the_results_of_both_stand_in_their_places()
    {
        var former = await RunFormerAsync();
        await _engine.CreateAsync(Loop, former);
        _engine.Workers.Alive.Clear();
        var started = await _engine.PassAsync();
        Assert.Equal((3, 2), (started.State.Loops.Values.Single().Total, started.State.Loops.Values.Single().Succeeded));
        var again = Assert.Single(_engine.Workers.Alive.Keys);
        Assert.Equal(1, again.Key.Index);
        _engine.Restart();
        await _engine.ReportAsync(again, "\"again\"");
        var ended = await _engine.PassAsync();
        Assert.Equal(ExecutionPhase.Completed, ended.State.Phase);
        var results = await LoopResults.ReadAsync(_engine.Log, _engine.Id, ended.State.Loops.Keys.Single(), null, 100, CancellationToken.None);
        Assert.Equal(["10", "\"again\"", "30"], results.Select(result => result!.Value.GetRawText()));
        var events = await _engine.EventsAsync();
        Assert.Equal([1L, 1], events.Where(happened => happened.IterationIndex is not null).Select(happened => happened.IterationIndex!.Value));
        var carried = events.Single(happened => happened.Type == EventType.IteratorStarted).Context!.Value.GetProperty("carried");
        Assert.Equal((former.ToString(), 2), (carried.GetProperty("execution_id").GetString(), carried.GetProperty("succeeded").GetInt32()));
    }

    [Fact]
    public async Task The_former_playbook_and_workload_are_taken_as_they_were_and_the_new_workload_lies_over_them()
    {
        var former = (await _engine.Log.ReadHeaderAsync(await RunFormerAsync(), CancellationToken.None))!;
        var request = new RepeatRequest(new NamespacedName("team", "nightly"), "book", JsonElement.Parse("""{"a": {"c": 2}}"""));
        var (pinned, refusal) = await new FormerExecutions(_engine.Log).ResolveAsync(
            request, former with { Workload = JsonElement.Parse("""{"a": {"b": 1, "c": 1}, "d": [1]}""") }, exists: true, CancellationToken.None);
        Assert.Null(refusal);
        Assert.Equal((former.Digest, former.Id, """{"a":{"b":1,"c":2},"d":[1]}"""), (pinned!.Digest, pinned.RetryOf, pinned.Workload.GetRawText()));
    }

    [Theory]
    [InlineData("missing", "RetryOfNotFound", "there is no Execution 'nightly' in namespace team")]
    [InlineData("unstarted", "RetryOfNotFound", "never started")]
    [InlineData("running", "RetryOfUnfinished", "is Running; only a finished one can be repeated")]
    [InlineData("other", "RetryOfOtherPlaybook", "ran the Playbook 'book', not 'another'")]
    public async Task What_cannot_be_repeated_fails_clearly(string which, string reason, string message)
    {
        var former = (await _engine.Log.ReadHeaderAsync(await RunFormerAsync(), CancellationToken.None))!;
        var header = which switch { "missing" or "unstarted" => null, "running" => former with { EndedAt = null, Phase = ExecutionPhase.Running }, _ => former };
        var request = new RepeatRequest(new NamespacedName("team", "nightly"), which == "other" ? "another" : "book", JsonText.EmptyObject);
        var (pinned, refusal) = await new FormerExecutions(_engine.Log).ResolveAsync(request, header, exists: which != "missing", CancellationToken.None);
        Assert.Null(pinned);
        Assert.Equal(reason, refusal!.Reason);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _engine.Dispose();

    /// <summary>Iterations 0 and 2 succeed, 1 fails.</summary>
    private async Task<ExecutionId> RunFormerAsync()
    {
        var id = await _engine.CreateAsync(Loop);
        await _engine.PassAsync();
        foreach (var delivery in _engine.Workers.Alive.Keys.ToList())
        {
            if (delivery.Key.Index == 1) await _engine.FailAsync(delivery);
            else await _engine.ReportAsync(delivery, $"{(delivery.Key.Index + 1) * 10}");
        }

        Assert.Equal(ExecutionPhase.Completed, (await _engine.PassAsync()).State.Phase);
        return id;
    }
}
