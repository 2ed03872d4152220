using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Executions;

public sealed class StateCacheTests : IDisposable
{
    private readonly Engine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task A_state_leaves_the_cache_when_its_execution_has_ended_whoever_ended_it()
    {
        var cache = new BoundedCache<ExecutionId, ExecutionState>(StateCache.DefaultCache, _engine.Time, StateCache.SizeOf);
        var plans = new PlanSource(_engine.Log, new BoundedCache<string, Plan>(PlanSource.DefaultCache, _engine.Time), new TemplateCache(_engine.Time));
        var reconciler = new Reconciler(_engine.Log, _engine.Log, plans, new StateCache(cache), _engine.Workers, _engine.Time);
        await _engine.CreateAsync();
        await reconciler.PassAsync(_engine.Id, Intent.Run, CancellationToken.None);
        Assert.Equal(1, cache.Statistics.Size);

        // Another process writes the end; this one hears of it by its next pass.
        await _engine.ReportAsync(Assert.Single(_engine.Workers.Started));
        Assert.Equal(ExecutionPhase.Completed, (await _engine.PassAsync()).State.Phase);
        Assert.Equal(1, cache.Statistics.Size);
        await reconciler.PassAsync(_engine.Id, Intent.Run, CancellationToken.None);

        Assert.Equal((0, 0L, 1L), (cache.Statistics.Size, cache.Statistics.Bytes, cache.Statistics.Evictions.Of(EvictionReason.Terminal)));
    }
}
