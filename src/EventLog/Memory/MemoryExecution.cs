using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Pools;
using PlaybookOperator.Core.Governing;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog.Writing;

namespace PlaybookOperator.EventLog.Memory;

/// <summary>One execution of a <see cref="MemoryEventLog"/>: the fold of its log beside the log. Thread-safe by one lock.</summary>
internal sealed class MemoryExecution(NewExecution registered, MemoryEventLogOptions options, ByteBudget budget)
{
    private readonly Lock _lock = new();
    private readonly EventHistory _history = new(options.MaxEvents);
    private readonly MemoryResults _results = new(budget);
    private readonly Dictionary<long, (string Step, int Epoch)> _runs = [];
    private readonly Dictionary<long, IReadOnlyList<JsonElement>> _elements = [];
    private readonly Dictionary<long, IReadOnlyList<string>> _keys = [];
    private readonly Dictionary<WorkKey, string> _claims = [];
    private readonly Dictionary<WorkKey, PageProgress> _progress = [];
    private readonly Dictionary<long, PoolLedger> _ledgers = [];
    private readonly Dictionary<long, MemoryAggregates> _aggregates = [];
    private ExecutionState _state = ExecutionState.Initial;
    private Allowance? _allowance;
    private long _version;

    public ExecutionHeader Header
    {
        get { lock (_lock) return ToHeader(); }
    }

    public ExecutionHeader HeaderWithProgress
    {
        get
        {
            lock (_lock)
            {
                return ToHeader() with
                {
                    Progress = _state.Loops.Values.Aggregate(
                        LoopProgress.None with { Steps = StepProgress.Of(_state) }, static (sum, loop) => sum with { Total = sum.Total + loop.Total, Succeeded = sum.Succeeded + loop.Succeeded, Failed = sum.Failed + loop.Failed }),
                };
            }
        }
    }

    /// <param name="batch">What the decider appends.</param>
    /// <param name="carried">Former results for the carried iterations of the batch, by run and index.</param>
    /// <param name="inherited">What the numbers of former loops have come to, by the run that inherits them as the batch names it.</param>
    public AppendResult Append(AppendBatch batch, IReadOnlyDictionary<WorkKey, MemoryResults.Entry> carried, IReadOnlyDictionary<long, LoopAggregates> inherited)
    {
        lock (_lock)
        {
            if (_state.IsTerminal) return new AppendResult.Closed();
            if (_version != batch.ExpectedVersion) return new AppendResult.VersionConflict();
            if (!Holds(batch)) return new AppendResult.ConditionFailed();
            var before = _state.LastEventId;
            var events = batch.Events.Select((happened, i) => Numbering.Number(happened, before, i + 1)).ToArray();
            if (Fold(events) is not { } after) return new AppendResult.ConditionFailed();
            foreach (var (run, elements) in batch.Collections) _elements[Numbering.Resolve(run, before)!.Value] = elements;
            foreach (var (run, keys) in batch.Keys) _keys[Numbering.Resolve(run, before)!.Value] = keys;
            foreach (var (run, iterations) in batch.Carried) Carry(run, Numbering.Resolve(run, before)!.Value, iterations, carried);
            foreach (var (run, result) in batch.Results) _results.Add(Numbering.Resolve(run, before)!.Value, result);
            _version++;
            Commit(after, events, result: null);
            foreach (var (run, former) in inherited) _aggregates.GetValueOrDefault(Numbering.Resolve(run, before)!.Value)?.Inherit(former);
            return new AppendResult.Appended(before + 1, _version);
        }
    }

    public IngestOutcome Ingest(WorkReport report, DateTimeOffset now, out int written)
    {
        lock (_lock)
        {
            written = 0;
            var outcome = Core.Executions.Ingest.Judge(_state, report);
            if (outcome != IngestOutcome.Accepted) return outcome;
            var (step, epoch) = _runs[report.RunId];
            var events = Core.Executions.Ingest.ToEvents(report, step, epoch, now, options.InlineResultBytes, _state.Open[report.Key].Size);
            var before = _state.LastEventId;
            var numbered = new ExecutionEvent[events.Count];
            for (var i = 0; i < numbered.Length; i++) numbered[i] = Numbering.Number(events[i], before, i + 1);
            Commit(_state.Apply(numbered), numbered, report.Result);
            _aggregates.GetValueOrDefault(report.RunId)?.Add(registered.Id, report);
            written = numbered.Length;
            return outcome;
        }
    }

    /// <summary>See <see cref="IEventLog.LeaseAsync"/>.</summary>
    public (IReadOnlyList<PoolAnswer> Answers, PoolEvents? Written) Lease(long runId, IReadOnlyList<PoolTurn> turns, PoolSettings settings, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_state.IsTerminal) return (PoolEvents.TellToLeave(turns, IngestOutcome.Closed), null);
            if (!_ledgers.TryGetValue(runId, out var ledger) || !_state.Loops.TryGetValue(runId, out var loop))
                return (PoolEvents.TellToLeave(turns, IngestOutcome.Duplicate), null);
            var step = PoolRules.Apply(ledger, loop, settings, turns, now);
            var written = PoolEvents.Of(step, loop, now, options.InlineResultBytes);
            _ledgers[runId] = step.Ledger;
            var before = _state.LastEventId;
            var numbered = new ExecutionEvent[written.Events.Count];
            for (var i = 0; i < numbered.Length; i++) numbered[i] = Numbering.Number(written.Events[i], before, i + 1);
            var after = numbered.Length == 0 ? _state : _state with
            {
                LastEventId = before + numbered.Length,
                Loops = _state.Loops.SetItem(runId, numbered.Aggregate(loop, (counted, happened) => counted.Apply(happened))),
            };
            Commit(after, numbered, result: null);
            foreach (var (index, report) in written.Large) _results.Add(numbered.First(happened => happened.IterationIndex == index && happened.Type == EventType.IterationCompleted), report.Result);
            if (_aggregates.TryGetValue(runId, out var aggregates))
                foreach (var (report, _) in step.Accepted) aggregates.Add(registered.Id, report);
            SetLeased(runId);
            return (step.Answers, written);
        }
    }

    public ClaimResult Claim(WorkKey key, int fence, string claimant)
    {
        lock (_lock)
        {
            if (_state.IsTerminal) return new ClaimResult.Refused(ClaimRefusal.Ended);
            if (!_state.Open.TryGetValue(key, out var open)) return new ClaimResult.Refused(ClaimRefusal.NotOpen);
            if (open.Fence != fence || open.NextAt is not null) return new ClaimResult.Refused(ClaimRefusal.OtherDelivery);
            if (_claims.TryGetValue(key, out var other) && other != claimant) return new ClaimResult.Refused(ClaimRefusal.OtherClaimant) { ByOtherClaimant = true };
            _claims[key] = claimant;
            return new ClaimResult.Claimed(Element(key, open.Size), open.AttemptsUsed) { Size = open.Size, Progress = _progress.GetValueOrDefault(key) };
        }
    }

    public bool SaveProgress(WorkKey key, int fence, PageProgress progress)
    {
        lock (_lock)
        {
            if (_state.IsTerminal || !_state.Open.TryGetValue(key, out var open) || open.Fence != fence || open.NextAt is not null) return false;
            _progress[key] = progress;
            return true;
        }
    }

    public void Leave(Allowance? allowance)
    {
        lock (_lock)
            if (!_state.IsTerminal) _allowance = allowance;
    }

    /// <summary>See <see cref="IEventReader.ReadSucceededAsync"/>.</summary>
    public IReadOnlyList<FormerIteration> Succeeded(LoopName loop, long fromIndex, int limit)
    {
        lock (_lock)
        {
            var run = NewestRunOf(loop);
            var keys = _keys.GetValueOrDefault(run);
            return [.. _results.Succeeded(run, fromIndex, limit).Select(found => new FormerIteration(
                found.Index,
                keys?[(int)found.Index],
                found.Entry.Size,
                found.Entry.Origin ?? new ResultOrigin(registered.Id, new WorkKey(run, found.Index))))];
        }
    }

    /// <summary>See <see cref="IEventReader.ReadAggregatesAsync"/>.</summary>
    public LoopAggregates? Aggregates(long runId)
    {
        lock (_lock) return _aggregates.TryGetValue(runId, out var found) && _state.Loops.TryGetValue(runId, out var loop) ? found.Read(loop.Done) : null;
    }

    /// <summary>What the numbers of the newest run of a loop have come to; null when there is none.</summary>
    public LoopAggregates? Aggregates(LoopName loop)
    {
        lock (_lock) return _aggregates.GetValueOrDefault(NewestRunOf(loop))?.Read(done: 0);
    }

    /// <summary>What is kept of an ended iteration; null when there is none.</summary>
    public MemoryResults.Entry? FindResult(WorkKey key)
    {
        lock (_lock) return _results.Ended(key);
    }

    public ExecutionSnapshot Read(long sinceEventId)
    {
        lock (_lock)
        {
            return new ExecutionSnapshot(
                ToHeader(),
                _history.SkeletonAfter(sinceEventId),
                [.. _state.Loops.Values],
                [.. _state.Open.Values.Select(open => new OpenWorkRow(open, _claims.ContainsKey(open.Key)))]);
        }
    }

    public EventPage Page(EventQuery query)
    {
        lock (_lock) return _history.Page(query);
    }

    public IReadOnlyList<IterationOutcome> Results(long runId, long fromIndex, int limit)
    {
        lock (_lock) return _results.Read(runId, fromIndex, limit);
    }

    /// <summary>See <see cref="IEventReader.ListIterationsAsync"/>.</summary>
    public IReadOnlyList<IterationRow> Iterations(long runId, IterationQuery query)
    {
        lock (_lock)
        {
            var keys = _keys.GetValueOrDefault(runId);
            if (query.Key is { } key)
            {
                var index = (keys ?? []).Index().Where(named => named.Item == key).Select(named => named.Index).FirstOrDefault(-1);
                if (index < query.FromIndex) return [];
                query = query with { FromIndex = index, Limit = 1 };
            }

            // What is open has not ended, so these never meet.
            var open = _state.Open.Values.Where(work => work.Key.RunId == runId && !work.Key.IsCall && work.Key.Index >= query.FromIndex)
                .Select(work => new IterationRow(work.Key.Index, work.NextAt is null ? IterationStatus.Running : IterationStatus.Pending)
                {
                    Attempt = work.AttemptsUsed + 1,
                    Size = work.Size,
                });
            var rows = _results.Ended(runId, query.FromIndex).Where(row => query.Status is null || row.Status == query.Status).Take(query.Limit)
                .Concat(open.Where(row => query.Status is null || row.Status == query.Status))
                .OrderBy(row => row.Index).Take(query.Limit).ToList();
            var merged = IterationRows.Merge(rows, _ledgers.GetValueOrDefault(runId), query);
            return [.. merged.Where(row => query.Key is null || row.Index == query.FromIndex).Select(row => row with { Key = keys?[(int)row.Index] })];
        }
    }

    public JsonElement? ReadElement(WorkKey key, int? size)
    {
        lock (_lock) return Element(key, size);
    }

    public JsonElement? Result(WorkKey key)
    {
        lock (_lock) return _results.Find(key);
    }

    /// <summary>Gives the bytes of the results back to the budget.</summary>
    public void Forget()
    {
        lock (_lock) _results.Clear();
    }

    private void SetLeased(long runId)
    {
        if (_state.Loops.TryGetValue(runId, out var loop))
            _state = _state with { Loops = _state.Loops.SetItem(runId, WithLedger(loop, _ledgers.GetValueOrDefault(runId))) };
    }

    private static LoopState WithLedger(LoopState loop, PoolLedger? ledger) =>
        loop with { Leased = ledger?.Leased ?? 0, Executing = ledger?.Executing(loop.Chunk ?? 1) ?? 0 };

    private bool Holds(AppendBatch batch) =>
        batch.StillOpen.All(seen => _state.Open.TryGetValue(seen.Key, out var open) && open.Fence == seen.Fence)
        && batch.Loops.All(condition => _state.Loops.TryGetValue(condition.RunId, out var loop)
            && (condition.IsExact ? loop.Done == condition.Done : loop.Done >= condition.Done));

    /// <summary>The state after the events; null when one ends what has ended, as the database's unique indexes would find.</summary>
    private ExecutionState? Fold(ExecutionEvent[] events)
    {
        var state = _state;
        foreach (var happened in events)
        {
            if (EndsTwice(state, happened)) return null;
            state = state.Apply(happened);
        }

        return state;
    }

    private static bool EndsTwice(ExecutionState state, ExecutionEvent happened) => happened.Type switch
    {
        EventType.IterationCompleted or EventType.IterationFailed or EventType.CallDone => !state.Open.ContainsKey(happened.Work!.Value),
        EventType.CallError => happened.IterationIndex is null && !state.Open.ContainsKey(happened.Work!.Value),
        EventType.IteratorCompleted or EventType.IteratorFailed =>
            state.Steps.TryGetValue(happened.Step!, out var run) && run.RunId == happened.RunId && run.CallEnded,
        _ => false,
    };

    private void Commit(ExecutionState after, ExecutionEvent[] events, JsonElement? result)
    {
        _state = after;
        foreach (var happened in events)
        {
            _history.Add(happened);
            if (happened.Type == EventType.StepStarted) _runs[happened.EventId] = (happened.Step!, happened.Epoch!.Value);
            if (happened.Type == EventType.IteratorStarted && _state.Loops.TryGetValue(happened.RunId!.Value, out var begun)) Begin(begun);
            if (happened.Type is EventType.IteratorCompleted or EventType.IteratorFailed && _ledgers.Remove(happened.RunId!.Value)) SetLeased(happened.RunId.Value);
            if (happened.Work is { } key) EndDelivery(key, happened);
            _results.Add(happened, result ?? happened.Result);
        }

        if (_state.IsTerminal)
        {
            _claims.Clear();
            _ledgers.Clear();
            _progress.Clear();
        }

        if (options.EventSink is not { } sink) return;
        foreach (var happened in events) sink(registered.Id, happened);
    }

    private long NewestRunOf(LoopName loop) =>
        _runs.Where(pair => pair.Value == (loop.Step, loop.Epoch)).Select(pair => pair.Key).DefaultIfEmpty().Max();

    private void Begin(LoopState loop)
    {
        if (loop.Pool is not null) _ledgers[loop.RunId] = PoolLedger.Empty;
        if (loop.Aggregates is { } book) _aggregates[loop.RunId] = new MemoryAggregates(book);
    }

    /// <summary>A claim belongs to one delivery: it goes with the work, and with a new delivery of it.</summary>
    private void EndDelivery(WorkKey key, ExecutionEvent happened)
    {
        if (happened.Type is EventType.CallStarted or EventType.IterationStarted || !_state.Open.ContainsKey(key)) _claims.Remove(key);
        if (!_state.Open.ContainsKey(key)) _progress.Remove(key);
    }

    private void Carry(long given, long run, IReadOnlyList<CarriedIteration> iterations, IReadOnlyDictionary<WorkKey, MemoryResults.Entry> carried)
    {
        foreach (var iteration in iterations.SelectMany(iteration => iteration.Singles()))
            _results.Carry(new WorkKey(run, iteration.Index), iteration, carried.GetValueOrDefault(new WorkKey(given, iteration.Index)));
    }

    private JsonElement? Element(WorkKey key, int? size)
    {
        if (key.IsCall || !_elements.TryGetValue(key.RunId, out var elements) || key.Index >= elements.Count) return null;
        if (size is not { } count) return elements[(int)key.Index];
        return JsonText.Write(writer =>
        {
            writer.WriteStartArray();
            for (var i = 0; i < count; i++) elements[(int)key.Index + i].WriteTo(writer);
            writer.WriteEndArray();
        });
    }

    private ExecutionHeader ToHeader() => new()
    {
        Id = registered.Id,
        ClusterUid = registered.ClusterUid,
        Uid = registered.Uid,
        Namespace = registered.Namespace,
        Name = registered.Name,
        Playbook = registered.Playbook,
        Digest = registered.Digest,
        Workload = registered.Workload,
        Phase = _state.Phase,
        Version = _version,
        LastEventId = _state.LastEventId,
        Parent = registered.Parent,
        RetryOf = registered.RetryOf,
        Allowance = _allowance,
        CreatedAt = Storable.Instant(registered.CreatedAt),
        StartedAt = _state.StartedAt,
        EndedAt = _state.EndedAt,
    };
}
