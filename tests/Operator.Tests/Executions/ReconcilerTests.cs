using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Governing;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Governing;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Executions;

public sealed class ReconcilerTests : IDisposable
{
    private const string Loop = "workflow: [{step: walk, loop: {in: [1, 2, 3], mode: async, maxParallel: 2}, tool: {kind: http, url: 'http://example.invalid/'}}]";
    private readonly Engine _engine = new();

    [Fact]
    public async Task A_call_gets_one_worker_and_the_execution_ends_with_its_report()
    {
        await _engine.CreateAsync();
        await _engine.PassAsync();
        var delivery = Assert.Single(_engine.Workers.Started);
        Assert.Equal(IngestOutcome.Accepted, await _engine.ReportAsync(delivery));
        var pass = await _engine.PassAsync();
        Assert.Equal(ExecutionPhase.Completed, pass.State.Phase);
        Assert.Single(_engine.Workers.Started);
    }

    [Fact]
    public async Task A_condition_that_meets_an_undefined_name_is_counted_when_it_decides()
    {
        await _engine.CreateAsync("workflow: [{step: a, tool: {kind: transform, result: 1}, next: [{when: 'workload.nosuch.deeper > 1', then: b}]}, {step: b}]");
        Assert.Equal(1, (await _engine.PassAsync()).Warnings);
        Assert.Equal(0, (await _engine.PassAsync()).Warnings);
    }

    [Fact]
    public async Task Passing_again_without_news_changes_nothing()
    {
        await _engine.CreateAsync(Loop);
        await _engine.PassAsync();
        var before = (await _engine.EventsAsync()).Count;
        for (var i = 0; i < 3; i++) await _engine.PassAsync();
        Assert.Equal((before, 2), ((await _engine.EventsAsync()).Count, _engine.Workers.Started.Count()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Never_more_workers_live_than_the_loop_allows_also_when_the_operator_restarts_all_the_time(bool restarts)
    {
        await _engine.CreateAsync(Loop);
        for (var i = 0; i < 4; i++)
        {
            if (restarts) _engine.Restart();
            await _engine.PassAsync();
            Assert.InRange(_engine.Workers.Alive.Values.Count(phase => phase == JobPhase.Active), 0, 2);
            if (Live() is { } one) await _engine.ReportAsync(one);
        }

        var events = await _engine.EventsAsync();
        Assert.Equal((3, 1), (Count(events, EventType.IterationCompleted), Count(events, EventType.PlaybookCompleted)));
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(happened => (int)happened.EventId));
    }

    [Fact]
    public async Task Loops_that_begin_take_no_more_than_the_others_of_their_namespace_leave()
    {
        _engine.Allowances = new Allowances(perNamespace: 3, whole: null);
        _engine.Restart();
        await _engine.CreateAsync(Loop);
        await _engine.PassAsync();
        Assert.Equal(2, _engine.Workers.Started.Count());

        // The stand-in does not tell whose worker one is.
        _engine.Workers.Alive.Clear();
        await _engine.CreateAsync(Loop);
        await _engine.PassAsync();

        Assert.Equal(3, _engine.Workers.Started.Count());
    }

    [Fact]
    public async Task What_an_execution_is_left_is_written_down_while_it_could_take_more()
    {
        _engine.Allowances = new Allowances(perNamespace: 3, whole: null);
        _engine.Restart();
        var first = await _engine.CreateAsync(Loop);
        await _engine.PassAsync();
        await _engine.PassAsync();
        Assert.Null(await LeftAsync(first));

        var second = await _engine.CreateAsync(Loop);
        await _engine.PassAsync();
        await _engine.PassAsync();
        await _engine.Reconciler.PassAsync(first, Intent.Run, CancellationToken.None);
        Assert.Equal([1, 2], new[] { await LeftAsync(first), await LeftAsync(second) }.Select(left => left?.MaxParallel ?? 2).Order());

        await _engine.Reconciler.PassAsync(second, Intent.Run with { Cancel = true }, CancellationToken.None);
        await _engine.Reconciler.PassAsync(first, Intent.Run, CancellationToken.None);
        Assert.Null(await LeftAsync(first));

        async Task<Allowance?> LeftAsync(ExecutionId id) => (await _engine.Log.ReadHeaderAsync(id, CancellationToken.None))!.Allowance;
    }

    [Fact]
    public async Task A_Job_that_vanished_before_it_was_claimed_is_made_again_under_the_same_name()
    {
        await _engine.CreateAsync();
        await _engine.PassAsync();
        _engine.Workers.Alive.Clear();
        await _engine.PassAsync();
        Assert.Equal(2, _engine.Workers.Started.Count());
        Assert.Single(_engine.Workers.Started.Distinct());
    }

    [Fact]
    public async Task A_claimed_worker_that_died_without_a_result_is_followed_by_another_delivery()
    {
        await _engine.CreateAsync();
        await _engine.PassAsync();
        var lost = _engine.Workers.Started.Single();
        Assert.IsType<ClaimResult.Claimed>(await _engine.Log.ClaimAsync(_engine.Id, lost.Key, lost.Fence, "pod-1", CancellationToken.None));
        _engine.Workers.Alive[lost] = JobPhase.Failed;
        await _engine.PassAsync();
        Assert.Equal([lost, lost with { Fence = 2 }], _engine.Workers.Started);
        Assert.NotEqual(IngestOutcome.Accepted, (await _engine.Log.IngestAsync(_engine.Id, [Engine.Report(lost)], CancellationToken.None))[0]);
    }

    [Fact]
    public async Task A_result_that_was_committed_before_its_Job_was_seen_to_fail_counts()
    {
        await _engine.CreateAsync();
        await _engine.PassAsync();
        var delivery = _engine.Workers.Started.Single();
        await _engine.ReportAsync(delivery);
        _engine.Workers.Alive[delivery] = JobPhase.Failed;
        Assert.Equal(ExecutionPhase.Completed, (await _engine.PassAsync()).State.Phase);
    }

    [Fact]
    public async Task Cancelling_stops_the_workers_and_ends_once()
    {
        await _engine.CreateAsync(Loop);
        await _engine.PassAsync();
        var started = _engine.Workers.Started.ToHashSet();
        for (var i = 0; i < 3; i++) await _engine.PassAsync(Intent.Run with { Cancel = true });
        var events = await _engine.EventsAsync();
        Assert.Equal((1, 2), (Count(events, EventType.ExecutionCancelled), _engine.Workers.Started.Count()));
        Assert.Subset(_engine.Workers.Stopped.ToHashSet(), started);
    }

    [Fact]
    public async Task A_suspended_execution_starts_nothing_until_it_is_resumed()
    {
        await _engine.CreateAsync(Loop);
        Assert.Equal(ExecutionPhase.Suspended, (await _engine.PassAsync(Intent.Run with { Suspend = true })).State.Phase);
        Assert.Empty(_engine.Workers.Started);
        await _engine.PassAsync();
        Assert.Equal(2, _engine.Workers.Started.Count());
    }

    [Fact]
    public async Task An_execution_that_the_log_does_not_know_is_lost_and_not_begun_anew()
    {
        await Assert.ThrowsAsync<StateLostException>(() => _engine.Reconciler.PassAsync(new ExecutionId(7), Intent.Run, CancellationToken.None));
        Assert.Empty(_engine.Workers.Started);
    }

    public void Dispose() => _engine.Dispose();

    private Delivery? Live() => _engine.Workers.Alive.Where(entry => entry.Value == JobPhase.Active).Select(entry => (Delivery?)entry.Key).FirstOrDefault();

    private static int Count(IReadOnlyList<ExecutionEvent> events, EventType type) => events.Count(happened => happened.Type == type);
}
