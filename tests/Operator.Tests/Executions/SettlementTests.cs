using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Executions;

/// <summary>Workers that cannot report by themselves are asked before anything is decided on them.</summary>
public sealed class SettlementTests : IDisposable
{
    private readonly Engine _engine = new();

    [Fact]
    public async Task A_worker_that_is_seen_finished_is_not_lost_when_its_end_is_told_in_the_same_pass()
    {
        await _engine.CreateAsync();
        await _engine.PassAsync();
        var delivery = Assert.Single(_engine.Workers.Started);
        _engine.Workers.Alive[delivery] = JobPhase.Failed;
        _engine.Workers.OnSettle = async order =>
        {
            if (order.State.Open.Count == 0) return Settlement.Nothing;
            await _engine.Log.IngestAsync(_engine.Id, [Engine.Report(delivery, "7")], CancellationToken.None);
            return new Settlement { Reported = true };
        };
        var pass = await _engine.PassAsync();
        Assert.Equal(ExecutionPhase.Completed, pass.State.Phase);
        Assert.Equal(7, pass.State.Steps.Values.Single().Result!.Value.GetInt32());
        Assert.Single(_engine.Workers.Started);
    }

    [Fact]
    public async Task A_worker_whose_end_cannot_be_told_yet_counts_as_active_until_the_next_look()
    {
        await _engine.CreateAsync();
        await _engine.PassAsync();
        var delivery = Assert.Single(_engine.Workers.Started);
        _engine.Workers.Alive[delivery] = JobPhase.Failed;
        var due = _engine.Time.GetUtcNow() + TimeSpan.FromSeconds(2);
        _engine.Workers.OnSettle = _ => Task.FromResult(new Settlement { Unsettled = new HashSet<Delivery> { delivery }, WakeAt = due });
        var pass = await _engine.PassAsync();
        Assert.Equal((ExecutionPhase.Running, due), (pass.State.Phase, pass.WakeAt));
        Assert.Single(_engine.Workers.Started);

        _engine.Workers.OnSettle = null;
        await _engine.PassAsync();
        Assert.Equal([1, 2], _engine.Workers.Started.Select(started => started.Fence));
    }

    public void Dispose() => _engine.Dispose();
}
