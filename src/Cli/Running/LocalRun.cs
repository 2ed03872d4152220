using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading.Channels;
using PlaybookOperator.Cli.Linting;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Api;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Workers;
using PlaybookOperator.Tools;
using PlaybookOperator.Tools.Queries;
using PlaybookOperator.Tools.Running;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Cli.Running;

/// <summary>An execution and its children in this process: the operator's own engine over a store, with tasks for pods.</summary>
internal sealed class LocalRun : IAsyncDisposable
{
    /// <summary>Stands for the cluster of executions that have none.</summary>
    public const string Cluster = "local";

    private readonly Store _store;
    private readonly EventFile? _events;
    private readonly TimeProvider _time;
    private readonly ToolRegistry _tools;
    private readonly LocalWorkers _workers;
    private readonly LocalChildren _children;
    private readonly ChildCalls _calls;
    private readonly Reconciler _reconciler;
    private readonly PlanSource _plans;
    private readonly LocalControl _control;
    private readonly ConcurrentDictionary<ExecutionId, Channel<bool>> _wakes = new();
    private readonly SemaphoreSlim? _ceiling;
    private readonly FairScheduler _schedulers;
    private int _entropy = RandomNumberGenerator.GetInt32(int.MaxValue);

    public LocalRun(Store store, RunRequest request, EventFile? events, TimeProvider time)
    {
        (_store, _events, _time) = (store, events, time);
        _tools = new ToolRegistry(time);
        _schedulers = new FairScheduler(time, Environment.ProcessorCount);
        _ceiling = request.Parallel is { } parallel ? new SemaphoreSlim(parallel) : null;
        var options = new RunnerOptions { HandsBackLongWaits = false };
        var inputs = new LocalInputs();
        var queries = new BoundedCache<string, byte[]>(MemoryQueryCache.DefaultBounds, time, MemoryQueryCache.SizeOf);
        var templates = new TemplateCache(time);
        var caches = new WorkerCaches(templates, _tools.Instances) { AreReported = false };
        var runner = new AssignmentRunner(
            _tools, new GivenSecrets(request.Secrets), options, time, Random.Shared.NextDouble, new MemoryQueryCache(queries), caches, inputs);
        _workers = new LocalWorkers(runner, store.Log, _ceiling, time, Wake);
        var plans = new BoundedCache<string, Plan>(PlanSource.DefaultCache, time);
        var states = new BoundedCache<ExecutionId, ExecutionState>(StateCache.DefaultCache, time, StateCache.SizeOf);
        Caches = [templates.Cache, plans, states, queries, _tools.Instances.Cache];
        States = new StateCache(states);
        _plans = new PlanSource(store.Reader, plans, templates);
        _control = new LocalControl(Wake);
        _reconciler = new Reconciler(store.Log, store.Reader, _plans, States, _workers, time);
        _calls = new ChildCalls(options, time, Random.Shared.NextDouble);
        _children = new LocalChildren(
            new PlaybookLibrary(request.File ?? Path.Combine(Environment.CurrentDirectory, "playbook.yaml")),
            _calls,
            store.Reader,
            (file, workload, parent, uid) => StartAsync(file, workload, parent, uid),
            (id, timeout, stop) => FinishAsync(id, static _ => { }, timeout, stop),
            time);
        _workers.Assignments = inputs.Assignments = new AssignmentSource(store.Log, new AssignmentReader(store.Reader), _reconciler);
        _workers.Leases = new PoolLeases(store.Log, store.Reader, _reconciler, time);
        _workers.Children = _children;
    }

    /// <summary>What it keeps in memory, for those who look.</summary>
    public IReadOnlyList<IBoundedCache> Caches { get; }

    public StateCache States { get; }

    public Reconciler Reconciler => _reconciler;

    /// <summary>Why it is stopped, when that is not because somebody asked for it.</summary>
    public string? CancelMessage { get; set; }

    /// <summary>Takes what the API is asked.</summary>
    public IExecutionControl Control => _control;

    /// <summary>Goes on with an execution of the store whose process is gone.</summary>
    /// <returns>The plan that it was started with.</returns>
    public async Task<Plan> ResumeAsync(ExecutionHeader execution, CancellationToken cancellationToken)
    {
        var plan = await _plans.GetAsync(execution.Playbook, execution.Digest, cancellationToken);
        Remember(execution.Id, parent: null, execution.Name);
        _events?.Changed(execution.Id);
        return plan;
    }

    /// <summary>Registers an execution and returns its id.</summary>
    /// <param name="uid">What it is known by when it is to be started again; null: it is a new one.</param>
    public async Task<ExecutionId> StartAsync(PlaybookFile file, JsonElement workload, ExecutionId? parent, string? uid = null)
    {
        var document = file.Document!;
        var digest = PlaybookDocument.Digest(document.Spec);
        _plans.Compile(document.Name, digest, document.Spec);
        var plan = file.Plan!;
        if (plan.Schema is { } schema) workload = schema.Fill(plan.Workload, workload);
        var now = _time.GetUtcNow();
        // Counted up, so that children of one millisecond do not draw the same number.
        var fresh = ExecutionId.Create(now, Interlocked.Increment(ref _entropy));
        var id = await _store.Log.CreateAsync(
            new NewExecution(fresh, Cluster, uid ?? fresh.ToString(), "default", document.Name, document.Path, digest, document.Spec, workload)
            {
                CreatedAt = now,
                Parent = parent,
                Retention = plan.EventRetention.Period,
            },
            CancellationToken.None);
        Remember(id, parent, document.Name);
        return id;
    }

    /// <summary>Passes until the execution has ended. <paramref name="stop"/> cancels the execution, not the passes: it ends cleanly.</summary>
    public Task<PassResult> FinishAsync(ExecutionId id, Action<ExecutionState> progress, CancellationToken stop) => FinishAsync(id, progress, timeout: null, stop);

    /// <summary>Its passes and its workers, which they start, take turns with those of the other executions.</summary>
    private Task<PassResult> FinishAsync(ExecutionId id, Action<ExecutionState> progress, TimeSpan? timeout, CancellationToken stop) =>
        Task.Factory.StartNew(() => PassAsync(id, progress, timeout, stop), CancellationToken.None, TaskCreationOptions.DenyChildAttach, _schedulers.CreateScheduler()).Unwrap();

    private async Task<PassResult> PassAsync(ExecutionId id, Action<ExecutionState> progress, TimeSpan? timeout, CancellationToken stop)
    {
        var run = Intent.Run;
        if (timeout is { } most)
            run = run with { Overrides = run.Overrides.Add("limits.maxDuration", JsonText.Write(writer => writer.WriteNumberValue(most.TotalSeconds))) };
        var wakes = _wakes.GetOrAdd(id, _ => Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }));
        await using var onStop = stop.Register(() => Wake(id));
        for (var phase = ExecutionPhase.Pending; ;)
        {
            PassResult pass;
            try
            {
                // Once it is being cancelled its last decisions are made to their end: they are bounded.
                var isCancelled = stop.IsCancellationRequested;
                var intent = _control.Apply(id, run with { Cancel = isCancelled, CancelMessage = CancelMessage });
                pass = await _reconciler.PassAsync(id, intent, DecidingPlace.Here, isCancelled ? CancellationToken.None : stop, CancellationToken.None);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                continue;
            }

            progress(pass.State);
            if (pass.State.Phase != phase) _workers.Hurry(id);
            phase = pass.State.Phase;
            if (pass.State.IsTerminal)
            {
                Forget(id);
                return pass;
            }

            await WaitAsync(id, wakes, pass.WakeAt);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _workers.DisposeAsync();
        _tools.Dispose();
        _calls.Dispose();
        _ceiling?.Dispose();
    }

    private void Remember(ExecutionId id, ExecutionId? parent, string playbook)
    {
        _events?.Expect(id, parent);
        _children.Remember(id, parent, playbook);
        _control.Remember(id, parent);
    }

    /// <summary>A loop may run a million children.</summary>
    private void Forget(ExecutionId id)
    {
        _wakes.TryRemove(id, out _);
        _children.Forget(id);
        _control.Forget(id);
    }

    private void Wake(ExecutionId id)
    {
        if (_wakes.TryGetValue(id, out var wakes)) wakes.Writer.TryWrite(true);
    }

    private async Task WaitAsync(ExecutionId id, Channel<bool> wakes, DateTimeOffset? due)
    {
        using var timer = due is { } at ? _time.CreateTimer(_ => Wake(id), null, Later(at), Timeout.InfiniteTimeSpan) : null;
        await wakes.Reader.ReadAsync();
    }

    private TimeSpan Later(DateTimeOffset due)
    {
        var wait = due - _time.GetUtcNow();
        // Timers take some 49 days at most; whoever waits longer is woken in between, which is harmless.
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : wait;
    }
}
