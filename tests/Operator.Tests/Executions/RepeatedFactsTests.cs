using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Executions;

/// <summary>What comes twice changes nothing: reports, looks at Jobs, wishes to cancel.</summary>
public sealed class RepeatedFactsTests : IDisposable
{
    private const string Loop = """
        workflow:
        - {step: walk, loop: {in: [1, 2, 3], mode: async, maxParallel: 3}, tool: {kind: http, url: 'http://example.invalid/'}, next: after}
        - {step: after, tool: {kind: http, url: 'http://example.invalid/'}}
        """;

    private readonly Engine _engine = new();

    [Fact]
    public async Task C18_reports_and_Job_events_that_come_twice_change_no_count_and_start_no_second_successor()
    {
        await _engine.CreateAsync(Loop);
        await _engine.PassAsync();
        var iterations = _engine.Workers.Started.ToList();
        foreach (var delivery in iterations)
        {
            Assert.Equal(IngestOutcome.Accepted, await _engine.ReportAsync(delivery, "1"));
            Assert.NotEqual(IngestOutcome.Accepted, await _engine.ReportAsync(delivery, "2"));
            await _engine.PassAsync();
            _engine.Workers.Alive[delivery] = JobPhase.Failed;
            await _engine.PassAsync();
        }

        foreach (var delivery in iterations) await _engine.ReportAsync(delivery, "3");
        for (var i = 0; i < 3; i++) await _engine.PassAsync();

        var events = await _engine.EventsAsync();
        Assert.Equal((3, 1), (Count(events, EventType.IterationCompleted), Count(events, EventType.IteratorCompleted)));
        Assert.Equal(["1", "1", "1"], events.Where(happened => happened.Type == EventType.IterationCompleted).Select(happened => happened.Result?.GetRawText()));
        Assert.Single(events, happened => happened.Type == EventType.StepStarted && happened.Step == "after");
        Assert.Equal(4, _engine.Workers.Started.Count());
    }

    [Fact]
    public async Task E11_cancelling_twice_or_after_the_end_adds_no_event()
    {
        await _engine.CreateAsync(Loop);
        await _engine.PassAsync();
        var cancel = Intent.Run with { Cancel = true };
        for (var i = 0; i < 3; i++) await _engine.PassAsync(cancel);
        var events = (await _engine.EventsAsync()).Count;
        Assert.Equal(ExecutionPhase.Cancelled, (await _engine.PassAsync(cancel)).State.Phase);
        Assert.Equal(events, (await _engine.EventsAsync()).Count);
    }

    [Fact]
    public async Task E11_an_execution_that_has_completed_stays_completed()
    {
        await _engine.CreateAsync();
        await _engine.PassAsync();
        await _engine.ReportAsync(_engine.Workers.Started.Single());
        await _engine.PassAsync();
        var events = (await _engine.EventsAsync()).Count;
        Assert.Equal(ExecutionPhase.Completed, (await _engine.PassAsync(Intent.Run with { Cancel = true })).State.Phase);
        Assert.Equal(events, (await _engine.EventsAsync()).Count);
    }

    public void Dispose() => _engine.Dispose();

    private static int Count(IReadOnlyList<ExecutionEvent> events, EventType type) => events.Count(happened => happened.Type == type);
}
