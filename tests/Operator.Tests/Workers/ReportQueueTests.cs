using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Tests.Support;
using PlaybookOperator.Operator.Workers;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Workers;

public sealed class ReportQueueTests : IDisposable
{
    private readonly Engine _engine = new();
    private readonly GatedEventLog _log;

    public ReportQueueTests() => _log = new GatedEventLog(_engine.Log);

    [Fact]
    public async Task Reports_that_come_during_a_transaction_go_together_in_order_in_the_next()
    {
        var (queue, log, deliveries) = await StartAsync(6);
        var first = Send(queue, deliveries[0]);
        await log.ArrivedAsync();
        var others = deliveries[1..].Select(delivery => Send(queue, delivery)).ToList();
        log.Open(2);
        var outcomes = await Task.WhenAll([first, .. others]);
        Assert.All(outcomes, outcome => Assert.Equal(IngestOutcome.Accepted, Assert.Single(outcome)));
        Assert.Equal([1, 5], log.Batches.Select(batch => batch.Count));
        Assert.Equal(deliveries[1..].Select(delivery => delivery.Key.Index), log.Batches[1].Select(report => report.Index));
    }

    [Fact]
    public async Task Each_caller_gets_the_outcomes_of_its_own_reports()
    {
        var (queue, log, deliveries) = await StartAsync(3);
        log.Open(10);
        var wrongFence = deliveries[1] with { Fence = 9 };
        var outcomes = await queue.EnqueueAsync(
            _engine.Id, [Engine.Report(deliveries[0]), Engine.Report(wrongFence), Engine.Report(deliveries[0])], CancellationToken.None);
        Assert.Equal(IngestOutcome.Accepted, outcomes[0]);
        Assert.All(outcomes.Skip(1), outcome => Assert.NotEqual(IngestOutcome.Accepted, outcome));
    }

    [Fact]
    public async Task A_lost_database_is_told_to_every_caller_and_the_next_report_is_tried_afresh()
    {
        var (queue, log, deliveries) = await StartAsync(3);
        log.Failure = new EventLogUnavailableException("gone");
        var calls = deliveries.Select(delivery => Send(queue, delivery)).ToList();
        log.Open(2);
        foreach (var call in calls) await Assert.ThrowsAsync<EventLogUnavailableException>(() => call);
        log.Failure = null;
        log.Open(1);
        Assert.Equal(IngestOutcome.Accepted, Assert.Single(await Send(queue, deliveries[2])));
    }

    [Fact]
    public async Task A_caller_that_leaves_does_not_take_the_others_reports_with_it()
    {
        var (queue, log, deliveries) = await StartAsync(3);
        var first = Send(queue, deliveries[0]);
        await log.ArrivedAsync();
        using var impatience = new CancellationTokenSource();
        var leaving = queue.EnqueueAsync(_engine.Id, [Engine.Report(deliveries[1])], impatience.Token);
        var staying = Send(queue, deliveries[2]);
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        log.Open(2);
        Assert.Equal([IngestOutcome.Accepted, IngestOutcome.Accepted], (await Task.WhenAll(first, staying)).Select(outcome => outcome[0]));
    }

    [Fact]
    public async Task The_first_to_come_may_leave_while_the_others_reports_are_taken_in()
    {
        var (queue, log, deliveries) = await StartAsync(2);
        using var impatience = new CancellationTokenSource();
        var first = queue.EnqueueAsync(_engine.Id, [Engine.Report(deliveries[0])], impatience.Token);
        await log.ArrivedAsync();
        var second = Send(queue, deliveries[1]);
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(TimeSpan.FromSeconds(20)));
        log.Open(2);
        Assert.Equal(IngestOutcome.Accepted, Assert.Single(await second));
    }

    [Fact]
    public async Task The_first_to_come_does_not_wait_for_those_that_come_after_it()
    {
        var (queue, log, deliveries) = await StartAsync(3);
        var first = Send(queue, deliveries[0]);
        await log.ArrivedAsync();
        var second = Send(queue, deliveries[1]);
        log.Open();
        Assert.Equal(IngestOutcome.Accepted, Assert.Single(await first.WaitAsync(TimeSpan.FromSeconds(20))));
        Assert.False(second.IsCompleted);
        log.Open();
        await second;
    }

    [Fact]
    public async Task Who_leaves_takes_along_what_no_transaction_has_begun_with()
    {
        var (queue, log, deliveries) = await StartAsync(3);
        var first = Send(queue, deliveries[0]);
        await log.ArrivedAsync();
        using var impatience = new CancellationTokenSource();
        var leaving = queue.EnqueueAsync(_engine.Id, [Engine.Report(deliveries[1])], impatience.Token);
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        var last = Send(queue, deliveries[2]);
        log.Open(2);
        await Task.WhenAll(first, last);
        Assert.Equal([deliveries[0].Key.Index, deliveries[2].Key.Index], log.Batches.SelectMany(batch => batch).Select(report => report.Index));
    }

    public void Dispose()
    {
        _log.Dispose();
        _engine.Dispose();
    }

    private Task<IReadOnlyList<IngestOutcome>> Send(ReportQueue queue, Delivery delivery) =>
        queue.EnqueueAsync(_engine.Id, [Engine.Report(delivery)], CancellationToken.None);

    private async Task<(ReportQueue Queue, GatedEventLog Log, Delivery[] Deliveries)> StartAsync(int iterations)
    {
        await _engine.CreateAsync($$$"""
            workflow: [{step: walk, loop: {in: '{{ range(0, {{{iterations}}}) }}', mode: async, maxParallel: 50}, tool: {kind: http, url: 'http://example.invalid/'} }]
            """);
        await _engine.PassAsync();
        return (new ReportQueue(_log), _log, [.. _engine.Workers.Started]);
    }
}
