using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Watching;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Metrics;

namespace PlaybookOperator.Operator.Workers;

/// <summary>
/// Workers as Jobs, one for each delivery. What exists is read from the informer; a Job that was created here and that the informer has not seen yet
/// counts as existing, so that a late watch never makes a claimed delivery look lost.
/// </summary>
internal sealed class KubernetesWorkers(
    ApiClient client, Informer<Job> jobs, PoolPods pools, ExecutionSpaces spaces, IEventLog log, WorkerOptions options, WorkerMetrics metrics) : IWorkers
{
    /// <summary>Name of the informer's index by execution id.</summary>
    public const string ExecutionIndex = "execution";

    /// <summary>Created here, not yet seen by the informer; by execution, so that an ended one leaves as a whole.</summary>
    private readonly ConcurrentDictionary<ExecutionId, ConcurrentDictionary<Delivery, byte>> _unseen = new();

    /// <summary>Uids of Jobs that the log knows, of those that exist.</summary>
    private readonly ConcurrentDictionary<ExecutionId, HashSet<string>> _noted = new();

    public IReadOnlyDictionary<Delivery, JobPhase> Observe(ExecutionId id)
    {
        var observed = new Dictionary<Delivery, JobPhase>();
        if (_unseen.TryGetValue(id, out var unseen))
            foreach (var delivery in unseen.Keys) observed[delivery] = JobPhase.Active;
        foreach (var job in jobs.ListBy(ExecutionIndex, id.ToString()))
            if (WorkerLabels.Read(job.Metadata) is { } found && spaces.Holds(id, job.Metadata)) observed[found.Delivery] = PhaseOf(job);
        foreach (var newest in observed.Keys.Where(delivery => delivery.Key.IsPool).GroupBy(delivery => delivery.Key, (_, own) => own.MaxBy(delivery => delivery.Fence)).ToList())
        {
            // It speaks for all Jobs of its pool, once the informer has seen it: it came after what was done to the former ones.
            if (observed[newest] == JobPhase.Active && unseen?.ContainsKey(newest) != true) observed[newest] = pools.PhaseOf(id, newest.Key);
        }

        return observed;
    }

    /// <summary>Tells that the informer has seen a Job come or go: from here on it is the truth about it.</summary>
    public void Saw(ObjectMeta metadata)
    {
        if (WorkerLabels.Read(metadata) is { } found && spaces.Holds(found.Execution, metadata) && _unseen.TryGetValue(found.Execution, out var unseen)) unseen.TryRemove(found.Delivery, out _);
    }

    /// <summary>
    /// Notes Jobs that exist and that nobody lived to note: the operator may have died between creating and noting them, and their pods would knock in
    /// vain. Ours is a Job that the Execution owns and that has the name of its delivery, as it would be found when it is created again.
    /// </summary>
    public async ValueTask AdoptAsync(WorkOrder order, CancellationToken cancellationToken)
    {
        var existing = jobs.ListBy(ExecutionIndex, order.Execution.Id.ToString()).Where(job => job.Metadata.Namespace == order.Execution.Namespace).ToList();
        var noted = _noted.GetValueOrDefault(order.Execution.Id);
        var missing = existing.Where(job => job.Metadata.Uid is { } uid && noted?.Contains(uid) != true).ToList();
        if (missing.Count == 0) return;
        var records = missing.Select(job => RecordOf(order, job)).OfType<JobRecord>().ToList();
        if (records.Count > 0) await log.RecordJobsAsync(order.Execution.Id, records, cancellationToken);
        _noted[order.Execution.Id] = [.. existing.Select(job => job.Metadata.Uid!)];
    }

    private async ValueTask NoteAsync(ExecutionId id, IReadOnlyList<JobRecord> records, CancellationToken cancellationToken)
    {
        await log.RecordJobsAsync(id, records, cancellationToken);
        // Passes over one execution follow one another: nobody else changes its set.
        _noted.GetOrAdd(id, static _ => []).UnionWith(records.Select(record => record.JobUid));
    }

    public async ValueTask StartAsync(WorkOrder order, CancellationToken cancellationToken)
    {
        var records = new ConcurrentBag<JobRecord>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.CreateParallelism, CancellationToken = cancellationToken };
        try
        {
            await Parallel.ForEachAsync(order.Deliveries, parallel, async (delivery, token) =>
            {
                if (await CreateAsync(order, delivery, token) is { } record) records.Add(record);
            });
        }
        finally
        {
            // Those that were created must be known even when a later one failed: their pods are on their way.
            if (!records.IsEmpty) await NoteAsync(order.Execution.Id, [.. records], cancellationToken);
        }
    }

    public async ValueTask StopAsync(ExecutionHeader execution, IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        var names = jobs.ListBy(ExecutionIndex, execution.Id.ToString())
            .Where(job => job.Metadata.Namespace == execution.Namespace && WorkerLabels.Read(job.Metadata) is { } found && deliveries.Contains(found.Delivery))
            .ToList();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.CreateParallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(names, parallel, async (job, token) =>
        {
            if (job.Metadata.DeletionTimestamp is null)
                await client.DeleteAsync(Resources.Jobs, NamespacedName.Of(job), new DeleteOptions { Uid = job.Metadata.Uid }, token);
        });
    }

    /// <summary>Forgets an execution that has ended.</summary>
    public void Forget(ExecutionId id)
    {
        _unseen.TryRemove(id, out _);
        _noted.TryRemove(id, out _);
    }

    private static JobRecord? RecordOf(WorkOrder order, Job job)
    {
        if (WorkerLabels.Read(job.Metadata) is not { Delivery: var delivery } || job.Metadata.ControllerOwner()?.Uid != order.Execution.Uid) return null;
        var run = order.State.FindRun(delivery.Key.RunId);
        // Only what is wanted now: the name of a later delivery could be taken before its time.
        var isWanted = delivery.Key.IsPool
            ? order.State.Loops.TryGetValue(delivery.Key.RunId, out var loop) && delivery.Fence <= loop.Pool?.Fence
            : order.State.Open.TryGetValue(delivery.Key, out var open) && open.Fence == delivery.Fence;
        var isOurs = isWanted && run is not null && job.Metadata.Name == JobName.Of(order.Execution.Id, run.Step, run.Epoch, delivery);
        return isOurs ? new JobRecord(delivery.Key, delivery.Fence, job.Metadata.Uid!) : null;
    }

    private async Task<JobRecord?> CreateAsync(WorkOrder order, Delivery delivery, CancellationToken cancellationToken)
    {
        var run = order.State.Steps.Values.First(step => step.RunId == delivery.Key.RunId);
        var manifest = delivery.Key.IsPool
            ? JobManifest.BuildPool(order.Execution, order.Plan, run, delivery, options, await PodsForAsync(order, run, delivery, cancellationToken))
            : JobManifest.Build(order.Execution, order.Plan, run, delivery, options);
        var job = await CreateAsync(order.Execution.Id, delivery, manifest, cancellationToken);
        return new JobRecord(delivery.Key, delivery.Fence, job.Metadata.Uid!);
    }

    /// <summary>The pods that a pool is short of. Its former Jobs go on with those that they have, and make no more: else there would be too many.</summary>
    private async ValueTask<int> PodsForAsync(WorkOrder order, StepRun run, Delivery delivery, CancellationToken cancellationToken)
    {
        var running = 0;
        foreach (var (job, expected) in pools.JobsOf(order.Execution.Id, delivery.Key))
        {
            if (WorkerLabels.Read(job.Metadata)!.Value.Delivery.Fence >= delivery.Fence) continue;
            running += expected;
            var name = NamespacedName.Of(job);
            if (expected == 0) await client.DeleteAsync(Resources.Jobs, name, new DeleteOptions { Uid = job.Metadata.Uid }, cancellationToken);
            else if (expected < job.Spec?.Parallelism)
                await client.MergePatchAsync(Resources.Jobs, name, new JsonObject { ["spec"] = new JsonObject { ["parallelism"] = expected } }, subresource: null, cancellationToken);
        }

        var loop = order.Plan.ByName[run.Step].Loop!;
        var left = order.State.Loops[run.RunId] is var state ? state.Total - state.Done : long.MaxValue;
        var wanted = Math.Min(Math.Min(loop.PoolSize, loop.MaxParallel), Math.Max(1, (left + (loop.Chunk ?? 1) - 1) / (loop.Chunk ?? 1)));
        return (int)Math.Max(1, wanted - running);
    }

    /// <summary>Creates the Job of a delivery, or finds it; from here on it counts as existing until the informer has seen it.</summary>
    internal async Task<Job> CreateAsync(ExecutionId id, Delivery delivery, JsonObject manifest, CancellationToken cancellationToken)
    {
        var unseen = _unseen.GetOrAdd(id, _ => new ConcurrentDictionary<Delivery, byte>());
        unseen[delivery] = 0;
        try
        {
            var result = await client.CreateAsync(Resources.Jobs, manifest, cancellationToken);
            if (result is CreateResult<Job>.Created) metrics.JobsCreated.Add(1);
            // Between the creation and here the informer may have seen it already.
            if (jobs.TryGet(NamespacedName.Of(result.Item), out _)) unseen.TryRemove(delivery, out _);
            return result.Item;
        }
        catch
        {
            unseen.TryRemove(delivery, out _);
            throw;
        }
    }

    private static JobPhase PhaseOf(Job job) => (job.IsComplete, job.IsFailed) switch
    {
        (true, _) => JobPhase.Succeeded,
        (_, true) => JobPhase.Failed,
        // Deleted by somebody: its pod is being ended, and no result will come.
        _ when job.Metadata.DeletionTimestamp is not null => JobPhase.Failed,
        _ => JobPhase.Active,
    };
}

/// <summary>What the operator counts about workers.</summary>
internal sealed class WorkerMetrics : IDisposable
{
    public const string MeterName = "PlaybookOperator.Workers";
    private readonly Meter _meter = new(MeterName);

    public WorkerMetrics()
    {
        JobsCreated = _meter.CreateCounter<long>("playbook_jobs_created", description: "Worker Jobs created.");
        ReportsRefused = _meter.CreateCounter<long>("playbook_worker_reports_refused", description: "Reports of workers that were refused, by reason.");
        Warnings = _meter.CreateCounter<long>(
            "playbook_worker_warnings", description: "Conditions in workers that met an undefined name and so were false, and results that were cut.");
        Warnings.Add(0);
        JobsCreated.Add(0);
        foreach (var reason in RefusalReasons) ReportsRefused.Add(0, new KeyValuePair<string, object?>("reason", reason));
        SessionsRefused = _meter.CreateCounter<long>("playbook_worker_sessions_refused", description: "Tokens of pods that were refused a session, by reason.");
        foreach (var reason in Enum.GetValues<SessionRefusal>()) SessionsRefused.Add(0, Label(reason));
    }

    public static IReadOnlyList<string> RefusalReasons { get; } = ["malformed", "too_large", "forbidden", "unauthorized", "overloaded", "late"];

    public Counter<long> JobsCreated { get; }

    public Counter<long> ReportsRefused { get; }

    public Counter<long> Warnings { get; }

    public Counter<long> SessionsRefused { get; }

    /// <summary>What the workers' caches do.</summary>
    public ReportedCaches Caches { get; } = new();

    /// <summary>A report that counts; one that comes twice is counted once.</summary>
    public void Accepted(WorkReport report)
    {
        Caches.Add(report.Caches);
        if (report.Warnings > 0) Warnings.Add(report.Warnings);
    }

    public void Refused(string reason) => ReportsRefused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void SessionRefused(SessionRefusal why) => SessionsRefused.Add(1, Label(why));

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Label(SessionRefusal why) => new("reason", why switch
    {
        SessionRefusal.Malformed => "malformed",
        SessionRefusal.InvalidToken => "invalid_token",
        SessionRefusal.NoPod => "no_pod",
        SessionRefusal.NoWorker => "no_worker",
        _ => "other_namespace",
    });
}
