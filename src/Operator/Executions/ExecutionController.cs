using System.Collections.Concurrent;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Watching;
using PlaybookOperator.Operator.Executions.Children;
using PlaybookOperator.Operator.Workers;

namespace PlaybookOperator.Operator.Executions;

/// <summary>
/// Reconciles Executions: registers them, has the reconciler pass over them, writes their status, tells Kubernetes Events. Looks at what is now true;
/// why it was woken makes no difference.
/// </summary>
internal sealed class ExecutionController(
    Informer<Execution> executions,
    ExecutionStarter starter,
    Reconciler reconciler,
    ClusterWorkers workers,
    ChildReports parents,
    ExecutionExpiry expiry,
    ExecutionStatusWriter statuses,
    StuckExecutions stuck,
    ExecutionSpaces spaces,
    UnusableResources unusables,
    ExecutionTelling telling)
{
    /// <summary>Status writes of a running Execution are at least so far apart; the outcome is written at once.</summary>
    private static readonly TimeSpan s_statusInterval = TimeSpan.FromSeconds(1);

    /// <summary>A rate that is shown falls when nothing happens, so it is looked at although nothing happens.</summary>
    private static readonly TimeSpan s_rateInterval = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<ExecutionRef, ExecutionId> _ids = new();
    private readonly ConcurrentDictionary<ExecutionId, ExecutionRef> _refs = new();

    /// <summary>Executions whose decisions take long and are about to be made.</summary>
    private readonly ConcurrentDictionary<ExecutionRef, bool> _long = new();

    /// <summary>Executions that this controller knows and that have not ended, by id.</summary>
    public ExecutionRef? Find(ExecutionId id) => _refs.TryGetValue(id, out var found) ? found : null;

    /// <summary>Takes the executions whose decisions take long; set once, before the first pass.</summary>
    public Action<ExecutionRef>? TakesLong { get; set; }

    public void Remember(ExecutionRef execution, ExecutionId id)
    {
        spaces.Remember(id, execution.Name.Namespace);
        _ids[execution] = id;
        _refs[id] = execution;
        stuck.Begin(id);
    }

    /// <summary>
    /// One pass, for many that share few threads. A decision that takes long is left to <see cref="ReconcileLongAsync"/>: until it has been made nothing else
    /// is done for that execution here. Returns when to pass again although nothing happens.
    /// </summary>
    public async Task<TimeSpan?> ReconcileAsync(ExecutionRef key, CancellationToken cancellationToken)
    {
        if (_long.ContainsKey(key)) return null;
        try
        {
            return await ReconcileAsync(key, DecidingPlace.HereIfShort, cancellationToken);
        }
        catch (DecisionTooLongException)
        {
            _long[key] = true;
            TakesLong!(key);
            return null;
        }
    }

    /// <summary>The pass of an execution whose decisions take long. When it has ended, whoever called passes the key on to <see cref="ReconcileAsync"/>.</summary>
    public async Task<TimeSpan?> ReconcileLongAsync(ExecutionRef key, CancellationToken cancellationToken)
    {
        var again = await ReconcileAsync(key, DecidingPlace.OwnThread, cancellationToken);
        _long.TryRemove(key, out _);
        return again;
    }

    /// <summary>Nothing is left to be decided elsewhere: a new leader begins.</summary>
    public void ForgetLong() => _long.Clear();

    private async Task<TimeSpan?> ReconcileAsync(ExecutionRef key, DecidingPlace place, CancellationToken cancellationToken)
    {
        if (executions.TryGetSkipped(key.Name, out var unusable) && unusable.Uid == key.Uid) return await RefuseAsync(key, unusable, place, cancellationToken);
        if (!executions.TryGet(key.Name, out var execution) || execution.Metadata.Uid != key.Uid) return await EndAsync(key, place, cancellationToken);
        if (IsFinished(execution) && !HasWorkers(execution))
        {
            await statuses.ObserveAsync(execution, cancellationToken);
            return await expiry.DeleteWhenDueAsync(execution, cancellationToken);
        }

        if (!_ids.TryGetValue(key, out var id))
        {
            switch (await starter.StartAsync(execution, cancellationToken))
            {
                case StartResult.Started started:
                    Remember(key, id = started.Id);
                    break;
                case StartResult.Failed failed:
                    return await FailAsync(execution, failed.Reason, failed.Message, cancellationToken);
                case StartResult.Waiting waiting:
                    await TellAsync(execution, statuses.ComposeUnstarted(execution, ExecutionPhase.Pending, waiting.Reason, waiting.Message), cancellationToken);
                    return waiting.LookAgain;
            }
        }

        return await PassAsync(execution, key, id, place, cancellationToken);
    }

    private async Task<TimeSpan?> PassAsync(Execution execution, ExecutionRef key, ExecutionId id, DecidingPlace place, CancellationToken cancellationToken)
    {
        PassResult pass;
        try
        {
            var intent = ExecutionIntent.Of(execution);
            pass = await reconciler.PassAsync(
                id, intent with { Suspend = intent.Suspend || parents.InheritsSuspend(execution) }, place, stop: cancellationToken, cancellationToken);
        }
        catch (StateLostException lost)
        {
            return await AbandonAsync(execution, key, id, lost, cancellationToken);
        }

        telling.Warned(pass.Warnings);
        stuck.Saw(id, pass.State);
        // Before the status says so: a child that is seen to have finished has told its parent.
        if (pass.State.IsTerminal) await parents.ReportAsync(execution, pass, cancellationToken);

        var again = pass.WakeAt is { } due ? telling.Until(due) : (TimeSpan?)null;
        var view = StatusProjection.Project(pass.State);
        var rate = telling.RateOf(id, view.Progress);
        var status = statuses.Compose(execution, id, view, rate);
        if (status.Message is null && pass.Plan.Refusals is { IsEmpty: false } refusals)
            status = status with { Message = $"Runs as it was accepted; a new start would be refused: {string.Join("; ", refusals.Take(3))}" };
        if (status.Message is null && OverrideCheck.Warn(execution.Spec.Overrides, pass.Plan) is { } warning) status = status with { Message = warning };
        status = status with { Message = StatusProjection.Shorten(status.Message) };
        if (!pass.State.IsTerminal && ExecutionStatusWriter.IsNews(execution.Status, status) && telling.TooSoon(id, status.Phase!, s_statusInterval) is { } wait)
            return again is null || wait < again ? wait : again;
        await TellAsync(execution, status, cancellationToken);
        telling.Written(id, rate);
        if (pass.State.IsTerminal) Forget(key, id);
        else if (!rate.IsAtRest && (again is null || again > s_rateInterval)) return s_rateInterval;
        return again;
    }

    /// <summary>The resource is gone: its execution ends, its Jobs go. Owner references remove them too, but a database does not know that.</summary>
    private async Task<TimeSpan?> EndAsync(ExecutionRef key, DecidingPlace place, CancellationToken cancellationToken)
    {
        if (!_ids.TryGetValue(key, out var id))
        {
            if (await starter.FindAsync(key.Uid, cancellationToken) is not { } header) return null;
            // An owner reference in another namespace may name any uid: that its owner is not there says nothing about the one that has it.
            if (header.Namespace != key.Name.Namespace || header.Name != key.Name.Name) return null;
            id = header.Id;
        }

        try
        {
            await reconciler.PassAsync(id, Intent.Run with { Deleted = true }, place, stop: cancellationToken, cancellationToken);
        }
        catch (StateLostException lost)
        {
            await reconciler.AbandonAsync(id, lost, cancellationToken);
        }

        Forget(key, id);
        return null;
    }

    /// <summary>It cannot go on: its log, its workers, its parent and its status hear of it.</summary>
    private async Task<TimeSpan?> AbandonAsync(
        Execution execution, ExecutionRef key, ExecutionId id, StateLostException lost, CancellationToken cancellationToken)
    {
        var ended = await reconciler.AbandonAsync(id, lost, cancellationToken);
        if (ended is not var (_, state))
        {
            Forget(key, id);
            return await FailAsync(execution, lost.Reason, lost.Message, cancellationToken);
        }

        await parents.ReportFailureAsync(execution, state.Message ?? lost.Message, cancellationToken);
        var view = StatusProjection.Project(state);
        await TellAsync(execution, statuses.Compose(execution, id, view, telling.RateOf(id, view.Progress)), cancellationToken);
        Forget(key, id);
        return null;
    }

    /// <summary>A resource that cannot be read asks for nothing: what runs for it ends, as if it were gone, and its status says why.</summary>
    private async Task<TimeSpan?> RefuseAsync(ExecutionRef key, UndecodableObject unusable, DecidingPlace place, CancellationToken cancellationToken)
    {
        var hadEnded = await starter.FindAsync(key.Uid, cancellationToken) is { EndedAt: not null };
        await EndAsync(key, place, cancellationToken);
        if (hadEnded) return null;
        var nameless = new Execution { Metadata = new ObjectMeta { Name = key.Name.Name, Namespace = key.Name.Namespace, Uid = key.Uid }, Spec = new ExecutionSpec { Playbook = "" } };
        var status = statuses.ComposeUnstarted(nameless, ExecutionPhase.Failed, "InvalidSpec", unusable.Error);
        await unusables.WriteAsync(ResourceTypes.Executions, unusable, status, ResourceJson.Default.ExecutionStatus, cancellationToken);
        return null;
    }

    /// <summary>The execution fails without, or outside, the log.</summary>
    private async Task<TimeSpan?> FailAsync(Execution execution, string reason, string message, CancellationToken cancellationToken)
    {
        await parents.ReportFailureAsync(execution, message, cancellationToken);
        return await TellAsync(execution, statuses.ComposeUnstarted(execution, ExecutionPhase.Failed, reason, message), cancellationToken);
    }

    private async Task<TimeSpan?> TellAsync(Execution execution, ExecutionStatus status, CancellationToken cancellationToken)
    {
        if (!ExecutionStatusWriter.IsNews(execution.Status, status)) return null;
        await statuses.WriteAsync(execution, status, cancellationToken);
        telling.Tell(execution, status);
        return null;
    }

    private void Forget(ExecutionRef key, ExecutionId id)
    {
        _ids.TryRemove(key, out _);
        _refs.TryRemove(id, out _);
        telling.Forget(id);
        stuck.Forget(id);
        spaces.Forget(id);
        workers.Forget(id);
    }

    private bool HasWorkers(Execution execution) =>
        ExecutionId.TryParse(execution.Status?.ExecutionId, out var id) && workers.Observe(id).Count > 0;

    internal static bool IsFinished(Execution execution) =>
        execution.Status?.Phase is nameof(ExecutionPhase.Completed) or nameof(ExecutionPhase.Failed) or nameof(ExecutionPhase.Cancelled);
}
