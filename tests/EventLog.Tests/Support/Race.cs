using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.EventLog.Tests.Support;

/// <summary>
/// Operators and reporters on one execution. All of them act on wake-ups only, so a lost one would leave the race standing. Reporters pick open work
/// and report it once or twice, again later, and sometimes for the wrong delivery.
/// </summary>
internal sealed class Race(ExecutionId id, int total, int seed)
{
    private const int Window = 40;
    private const long Run = 2;

    private readonly TaskCompletionSource _allWatch = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _accepted;
    private int _missing;

    /// <summary>Reports that counted.</summary>
    public int Accepted => _accepted;

    /// <summary>Done once the first events are in the log.</summary>
    public Task Begun => _begun.Task;

    public async Task RunAsync(IReadOnlyList<ILogUnderTest> operators, IReadOnlyList<ILogUnderTest> reporters, CancellationToken cancellationToken)
    {
        _missing = operators.Count + reporters.Count;
        await Task.WhenAll(
        [
            BeginAsync(operators[0], cancellationToken),
            .. operators.Select(process => OperateAsync(process, cancellationToken)),
            .. reporters.Select((process, i) => ReportAsync(process, new Random(seed + i), cancellationToken)),
        ]);
    }

    /// <summary>What must be true when the race is over.</summary>
    public static async Task CheckAsync(IEventReader reader, ExecutionId id, int total)
    {
        var events = await reader.ReadAllAsync(id);
        Assert.Equal(Enumerable.Range(1, events.Count).Select(n => (long)n), events.Select(e => e.EventId));
        var ended = events.Where(e => e.Type is EventType.IterationCompleted or EventType.IterationFailed).Select(e => e.IterationIndex!.Value);
        Assert.Equal(Enumerable.Range(0, total).Select(n => (long)n), ended.Order());
        Assert.Single(events, e => e.Type == EventType.IteratorCompleted);
        Assert.Equal(EventType.PlaybookCompleted, Assert.Single(events, e => e.Type.IsTerminal()).Type);
        Assert.Equal(Picture.Of(ExecutionState.Initial.Apply(events)), Picture.Of(await reader.ReadStateAsync(id)));
        Assert.Equal(total, (await reader.PageAsync(id, new EventQuery(1, 1, EventType.IterationStarted), CancellationToken.None)).TotalEvents);
    }

    /// <summary>Nothing happens before all of them watch: what ends before one watches never wakes it.</summary>
    private async Task BeginAsync(ILogUnderTest process, CancellationToken cancellationToken)
    {
        await _allWatch.Task.WaitAsync(cancellationToken);
        // A first try whose answer was lost shows as a conflict.
        await Persist(async () => await process.Log.AppendAsync(id, Build.Begin(total, dispatched: 1), cancellationToken), cancellationToken);
        _begun.SetResult();
    }

    private void Watches(ref bool counted)
    {
        if (!counted && Interlocked.Decrement(ref _missing) == 0) _allWatch.SetResult();
        counted = true;
    }

    private async Task OperateAsync(ILogUnderTest process, CancellationToken cancellationToken)
    {
        var watches = false;
        await foreach (var woken in process.WakeUps.WatchAsync(cancellationToken))
        {
            Watches(ref watches);
            if (woken == id && await Persist(() => DecideAsync(process, cancellationToken), cancellationToken)) return;
        }
    }

    /// <summary>One pass: true when the execution has ended.</summary>
    private async Task<bool> DecideAsync(ILogUnderTest process, CancellationToken cancellationToken)
    {
        var snapshot = (await process.Reader.ReadAsync(id, 0, cancellationToken))!;
        var state = snapshot.ToState(ExecutionState.Initial);
        if (state.IsTerminal) return true;
        if (!state.Loops.TryGetValue(Run, out var loop)) return false;
        if (loop.Done == loop.Total) return await EndAsync(process, snapshot.Header.Version, cancellationToken);
        var next = (int)Math.Min(loop.Total - loop.Cursor, Window - state.Open.Count);
        if (next <= 0) return false;
        var started = Enumerable.Range((int)loop.Cursor, next).Select(index => Build.Iteration("fetch", Run, index)).ToArray();
        var result = await process.Log.AppendAsync(id, new AppendBatch(snapshot.Header.Version, started), cancellationToken);
        if (result is not AppendResult.Appended) return result is AppendResult.Closed;
        return false;
    }

    private async Task<bool> EndAsync(ILogUnderTest process, long version, CancellationToken cancellationToken)
    {
        var end = new AppendBatch(version, [Build.Event(EventType.IteratorCompleted, "fetch", Run), Build.Event(EventType.PlaybookCompleted)])
        {
            Loops = [new LoopCondition(Run, total)],
        };
        var result = await process.Log.AppendAsync(id, end, cancellationToken);
        return result is AppendResult.Appended or AppendResult.Closed;
    }

    private async Task ReportAsync(ILogUnderTest process, Random random, CancellationToken cancellationToken)
    {
        var reported = new List<WorkKey>();
        var watches = false;
        await foreach (var woken in process.WakeUps.WatchAsync(cancellationToken))
        {
            Watches(ref watches);
            if (woken != id) continue;
            var snapshot = await Persist(async () => (await process.Reader.ReadAsync(id, long.MaxValue / 2, cancellationToken))!, cancellationToken);
            if (snapshot.Header.EndedAt is not null) return;
            var outcomes = await Persist(
                async () => await process.Log.IngestAsync(id, Draw(snapshot, reported, random), cancellationToken), cancellationToken);
            Interlocked.Add(ref _accepted, outcomes.Count(outcome => outcome == IngestOutcome.Accepted));
        }
    }

    /// <summary>Some open work, some that was reported before, now and then the wrong delivery; one report is always right, so that the race goes on.</summary>
    private static WorkReport[] Draw(ExecutionSnapshot snapshot, List<WorkKey> reported, Random random)
    {
        if (snapshot.Open.Count == 0) return [];
        var certain = snapshot.Open[random.Next(snapshot.Open.Count)].Work.Key;
        reported.AddRange(snapshot.Open.Where(_ => random.Next(3) == 0).Select(row => row.Work.Key));
        return
        [
            .. reported.TakeLast(random.Next(1, 12)).SelectMany(key => Enumerable.Repeat(key, random.Next(1, 3)))
                .Select(key => random.Next(5) == 0 ? Build.Failed(key.RunId, key.Index) : Build.Done(key.RunId, key.Index, fence: random.Next(8) == 0 ? 7 : 1)),
            Build.Done(certain.RunId, certain.Index),
        ];
    }

    /// <summary>As every caller must: try again while the database is away.</summary>
    private static async Task<T> Persist<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await work();
            }
            catch (EventLogUnavailableException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
            }
        }
    }
}
