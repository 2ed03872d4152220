using PlaybookOperator.Core.Executions;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Metrics;

public sealed class StuckExecutionsTests : IDisposable
{
    private static readonly TimeSpan s_after = TimeSpan.FromMinutes(15);
    private readonly Engine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task An_execution_whose_worker_is_at_work_is_not_stuck_and_one_that_is_left_without_is()
    {
        var stuck = new StuckExecutions(_engine.Workers, s_after, _engine.Time);
        await _engine.CreateAsync();
        stuck.Begin(_engine.Id);
        await LookAsync(stuck);
        var delivery = Assert.Single(_engine.Workers.Started);
        _engine.Time.Advance(4 * s_after);
        Assert.Equal(0, stuck.Count);

        await LookAsync(stuck);
        _engine.Workers.Alive.Clear();
        Assert.Equal(0, stuck.Count);
        _engine.Time.Advance(s_after + TimeSpan.FromSeconds(1));
        Assert.Equal(1, stuck.Count);

        await _engine.ReportAsync(delivery);
        await LookAsync(stuck);
        Assert.Equal(0, stuck.Count);
        _engine.Time.Advance(4 * s_after);
        Assert.Equal(0, stuck.Count);
    }

    [Fact]
    public async Task A_suspended_execution_is_not_stuck_and_a_forgotten_one_is_not_counted()
    {
        var stuck = new StuckExecutions(_engine.Workers, s_after, _engine.Time);
        await _engine.CreateAsync();
        stuck.Saw(_engine.Id, (await _engine.PassAsync(Intent.Run with { Suspend = true })).State);
        _engine.Workers.Alive.Clear();
        _engine.Time.Advance(2 * s_after);
        Assert.Equal(0, stuck.Count);

        var unseen = new ExecutionId(1);
        stuck.Begin(unseen);
        _engine.Time.Advance(2 * s_after);
        Assert.Equal(1, stuck.Count);
        stuck.Forget(unseen);
        Assert.Equal(0, stuck.Count);
    }

    private async Task LookAsync(StuckExecutions stuck) => stuck.Saw(_engine.Id, (await _engine.PassAsync()).State);
}
