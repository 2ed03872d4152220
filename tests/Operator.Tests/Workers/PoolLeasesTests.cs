using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Governing;
using PlaybookOperator.Operator.Tests.Support;
using PlaybookOperator.Operator.Workers;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Workers;

public sealed class PoolLeasesTests : IDisposable
{
    private const string Loop =
        "workflow: [{step: walk, loop: {in: '{{ range(1000) }}', mode: async, maxParallel: 8, poolSize: 1, workers: pool}, tool: {kind: noop}}]";

    private readonly Engine _engine = new();

    [Fact]
    public async Task A_replica_that_does_not_lead_gives_a_pool_no_more_than_the_leader_leaves_it()
    {
        _engine.Allowances = new Allowances(perNamespace: 10, whole: null);
        _engine.Restart();
        var (leader, other) = (Leases(_engine.Reconciler, _engine.Allowances), Replica());
        var first = await _engine.CreateAsync(Loop);
        await _engine.PassAsync();
        await _engine.PassAsync();
        Assert.Equal((8, 8), (await SlotsAsync(leader, first, "a"), await SlotsAsync(other, first, "a")));

        // A second one that wants as much comes into the namespace.
        var second = await _engine.CreateAsync(Loop);
        await _engine.PassAsync();
        await _engine.PassAsync();
        await _engine.Reconciler.PassAsync(first, Intent.Run, CancellationToken.None);

        Assert.Equal((5, 5), (await SlotsAsync(leader, first, "a"), await SlotsAsync(other, first, "a")));
        Assert.Equal((5, 5), (await SlotsAsync(other, second, "b"), await SlotsAsync(leader, second, "b")));
    }

    public void Dispose() => _engine.Dispose();

    /// <summary>Another process over the same log, which makes no passes.</summary>
    private PoolLeases Replica()
    {
        var plans = new PlanSource(_engine.Log, new BoundedCache<string, Plan>(PlanSource.DefaultCache, _engine.Time), new Core.Templates.TemplateCache(_engine.Time));
        var states = new StateCache(new BoundedCache<ExecutionId, ExecutionState>(StateCache.DefaultCache, _engine.Time, StateCache.SizeOf));
        var allowances = new Allowances(perNamespace: 10, whole: null);
        return Leases(new Reconciler(_engine.Log, _engine.Log, plans, states, new RecordingWorkers(), _engine.Time, allowances), allowances);
    }

    private PoolLeases Leases(Reconciler reconciler, Allowances allowances) => new(_engine.Log, _engine.Log, reconciler, _engine.Time, allowances);

    private async Task<int> SlotsAsync(PoolLeases leases, ExecutionId id, string member)
    {
        var run = (await _engine.Log.ReadAsync(id, 0, CancellationToken.None))!.Loops.Single().RunId;
        return (await leases.TurnAsync(id, run, member, new PoolRequest([], [], Wants: 10, Leaves: false, Heard: 0), CancellationToken.None)).Slots;
    }
}
