using System.Security.Cryptography;
using System.Threading.Channels;
using PlaybookOperator.Cli.Linting;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Workers;
using PlaybookOperator.Tools;
using PlaybookOperator.Tools.Running;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Cli.Running;

/// <summary>One execution in this process: the operator's own engine over a store, with tasks for pods.</summary>
internal sealed class LocalRun : IAsyncDisposable
{
    private readonly Store _store;
    private readonly TimeProvider _time;
    private readonly ToolRegistry _tools;
    private readonly LocalWorkers _workers;
    private readonly Reconciler _reconciler;
    private readonly PlanSource _plans;
    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly SemaphoreSlim? _ceiling;

    public LocalRun(Store store, RunRequest request, TimeProvider time)
    {
        (_store, _time) = (store, time);
        _tools = new ToolRegistry(time);
        _ceiling = request.Parallel is { } parallel ? new SemaphoreSlim(parallel) : null;
        var runner = new AssignmentRunner(_tools, new GivenSecrets(request.Secrets), new RunnerOptions { HandsBackLongWaits = false }, time, Random.Shared.NextDouble);
        _workers = new LocalWorkers(runner, store.Log, _ceiling, Wake);
        _plans = new PlanSource(store.Reader, new BoundedCache<string, Plan>(PlanSource.DefaultCache, time), new TemplateCache(time));
        var states = new StateCache(new BoundedCache<ExecutionId, ExecutionState>(StateCache.DefaultCache, time, StateCache.SizeOf));
        _reconciler = new Reconciler(store.Log, store.Reader, _plans, states, _workers, time);
        _workers.Assignments = new AssignmentSource(store.Log, store.Reader, _reconciler);
    }

    /// <summary>Registers the execution and returns its id.</summary>
    public async Task<ExecutionId> StartAsync(PlaybookFile file, RunRequest request, CancellationToken cancellationToken)
    {
        var document = file.Document!;
        var digest = PlaybookDocument.Digest(document.Spec);
        _plans.Compile(document.Name, digest, document.Spec);
        var now = _time.GetUtcNow();
        var id = ExecutionId.Create(now, RandomNumberGenerator.GetInt32(int.MaxValue));
        return await _store.Log.CreateAsync(
            new NewExecution(id, "local", id.ToString(), "default", document.Name, document.Path, digest, document.Spec, request.Workload) { CreatedAt = now },
            cancellationToken);
    }

    /// <summary>Passes until the execution has ended. <paramref name="stop"/> cancels the execution, not the passes: it ends cleanly.</summary>
    public async Task<PassResult> FinishAsync(ExecutionId id, Action<ExecutionState> progress, CancellationToken stop)
    {
        await using var onStop = stop.Register(Wake);
        while (true)
        {
            var intent = Intent.Run with { Cancel = stop.IsCancellationRequested };
            var pass = await _reconciler.PassAsync(id, intent, CancellationToken.None);
            progress(pass.State);
            if (pass.State.IsTerminal) return pass;
            await WaitAsync(pass.WakeAt);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _workers.DisposeAsync();
        _tools.Dispose();
        _ceiling?.Dispose();
    }

    private void Wake() => _wakes.Writer.TryWrite(true);

    private async Task WaitAsync(DateTimeOffset? due)
    {
        using var timer = due is { } at ? _time.CreateTimer(_ => Wake(), null, Later(at), Timeout.InfiniteTimeSpan) : null;
        await _wakes.Reader.ReadAsync();
    }

    private TimeSpan Later(DateTimeOffset due)
    {
        var wait = due - _time.GetUtcNow();
        // Timers take some 49 days at most; whoever waits longer is woken in between, which is harmless.
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : wait;
    }
}
