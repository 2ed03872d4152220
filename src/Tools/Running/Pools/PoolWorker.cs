using PlaybookOperator.Core.Governing;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Memory;

namespace PlaybookOperator.Tools.Running.Pools;

/// <summary>How the work of a pool's worker ended.</summary>
public enum PoolEnd
{
    /// <summary>It was told that it is not needed any more.</summary>
    Left,

    /// <summary>Nobody answered.</summary>
    Unheard,
}

/// <summary>
/// The life of a worker in a pool: lease, run, report, again, until it is told to leave. Iterations run side by side in as many slots as it is given;
/// one word to the queue is under way at a time, and while it is, the slots go on with what is in hand.
/// </summary>
/// <param name="ceiling">Iterations at once over the whole process; null: its slots decide.</param>
/// <param name="memory">While it is short, fewer run at once and fewer are asked for; null: nobody looks.</param>
public sealed class PoolWorker(
    AssignmentRunner runner, Assignment assignment, TaskPlan plan, IPoolQueue queue, TimeProvider time, SemaphoreSlim? ceiling = null, ProcessMemory? memory = null)
{
    /// <summary>Reports in one word, at most.</summary>
    private const int MostReports = 4_000;

    /// <summary>Silence after which it says that it is alive.</summary>
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(1);

    /// <summary>Reports are at most so old when they are sent.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(200);

    /// <summary>What is not started after so long without an end is given back: a slow iteration must not hold others.</summary>
    private static readonly TimeSpan s_stuck = TimeSpan.FromSeconds(2);

    /// <summary>What is stopped may take so long to let go.</summary>
    private static readonly TimeSpan s_unwinding = TimeSpan.FromSeconds(1);

    /// <summary>Goodbyes may take so long: less than the operator waits for them.</summary>
    private static readonly TimeSpan s_goodbye = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan s_least = TimeSpan.FromMilliseconds(1);

    /// <summary>Iterations that never wait leave their thread to other executions of the process after so long: a lease of them would hold it for a second and more.</summary>
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(1);

    private readonly Lock _lock = new();
    private readonly LeasedQueue _queue = new(assignment.Pool!);
    private readonly LeaseSize _size = new(assignment.Pool!.BatchSize);
    private readonly Stack<PoolSlot> _idle = new();
    private readonly LateInputs? _late = runner.LateInputsOf(assignment);
    private List<WorkReport> _reports = [];
    private int _slots;
    private int _active;
    private int _lastLeased;
    private int _heard;
    private bool _paused;
    private long _lastEnd = time.GetTimestamp();
    private long _learntAt = time.GetTimestamp();
    private int _endedSinceLearnt;
    private long _evaluations;
    private TaskCompletionSource _news = NewSignal();

    /// <summary>Works until it is told to leave, nobody answers, or it is stopped; then it gives back what it has not started.</summary>
    public async Task<PoolEnd> RunAsync(CancellationToken cancellationToken)
    {
        using var slots = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stop = false;
        while (true)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                await GoodbyeAsync();
                throw new OperationCanceledException(cancellationToken);
            }

            PoolReply? reply;
            var word = Speak(stop);
            try
            {
                reply = await queue.TurnAsync(word, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // Whether it was heard is not known: what it told is told again.
                lock (_lock) _reports.InsertRange(0, word.Reports);
                continue;
            }

            if (reply is null)
            {
                await slots.CancelAsync();
                return PoolEnd.Unheard;
            }

            if (!Hear(reply, slots.Token)) return PoolEnd.Left;
            stop = reply.Stop;
            await WaitAsync(reply, cancellationToken);
        }
    }

    /// <summary>Has it speak at once: what it will hear has changed.</summary>
    public void Hurry()
    {
        lock (_lock) _news.TrySetResult();
    }

    private PoolRequest Speak(bool stop)
    {
        lock (_lock)
        {
            Learn();
            IReadOnlyList<ReturnedRange> returned = [];
            var isStuck = _queue.Count > 0 && _active > 0 && time.GetElapsedTime(_lastEnd) > s_stuck;
            if (stop || isStuck) returned = _queue.Clear();
            var reports = _reports.Count <= MostReports ? _reports : _reports[..MostReports];
            _reports = _reports.Count <= MostReports ? [] : _reports[MostReports..];
            CountCaches(reports);
            _news = NewSignal();
            var wants = stop || isStuck || _paused ? 0 : _size.Ask(Math.Max(1, _slots), _queue.Count + _active);
            if (memory?.Recent() is { } pressure) wants = pressure.NarrowBatch(wants);
            return new PoolRequest(reports, returned, wants, Leaves: false, _heard);
        }
    }

    /// <summary>False: it leaves.</summary>
    private bool Hear(PoolReply reply, CancellationToken cancellationToken)
    {
        List<PoolSlot> start = [];
        lock (_lock)
        {
            _slots = reply.Slots > 0 && memory?.Recent() is { } pressure ? pressure.NarrowWidth(reply.Slots) : reply.Slots;
            var before = _queue.Count;
            foreach (var leased in reply.Leased)
            {
                _queue.Add(leased);
                _heard = Math.Max(_heard, leased.Lease);
            }

            if (_queue.Count > before) _lastLeased = _queue.Count - before;
            if (reply.Leave && _active == 0 && _queue.Count == 0 && _reports.Count == 0) return false;
            // An answer that was under way before a failure does not speak about it.
            _paused = reply.Stop || _reports.Exists(MayEndLoop);
            if (!_paused) start = Occupy();
        }

        foreach (var slot in start) _ = OccupyAsync(slot, cancellationToken);
        return true;
    }

    /// <summary>Slots to start for what is in hand.</summary>
    private List<PoolSlot> Occupy()
    {
        var start = new List<PoolSlot>();
        for (var free = Math.Min(_slots - _active, _queue.Count); free > 0; free--)
        {
            start.Add(_idle.TryPop(out var idle) ? idle : new PoolSlot(runner, assignment, plan, _late));
            _active++;
        }

        return start;
    }

    private async Task OccupyAsync(PoolSlot slot, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var sliceBegan = time.GetTimestamp();
        try
        {
            while (TryTake(slot, out var iteration))
            {
                if (ceiling is not null) await ceiling.WaitAsync(cancellationToken);
                try
                {
                    Ended(await slot.RunAsync(iteration, cancellationToken), slot.TakeEvaluations());
                }
                catch (Exception fault) when (fault is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
                {
                    // Nobody awaits a slot: a fault that went unseen would keep its place, and its iteration open as long as the worker lives.
                    Ended(Faulted(iteration, fault), evaluations: 0);
                    slot = new PoolSlot(runner, assignment, plan, _late);
                }
                finally
                {
                    ceiling?.Release();
                }

                if (time.GetElapsedTime(sliceBegan) < s_slice) continue;
                await Task.Yield();
                sliceBegan = time.GetTimestamp();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            lock (_lock)
            {
                _active--;
                _news.TrySetResult();
            }
        }
    }

    /// <summary>Without the fault's own words, which nobody has masked.</summary>
    private WorkReport Faulted(LeasedIteration iteration, Exception fault) => new()
    {
        RunId = assignment.RunId,
        Index = iteration.Index,
        Fence = iteration.Lease,
        Outcome = WorkOutcome.Failed,
        Error = new WorkError(WorkErrorKind.Internal, $"The worker failed: {fault.GetType().Name}."),
    };

    private bool TryTake(PoolSlot slot, out LeasedIteration iteration)
    {
        lock (_lock)
        {
            if (!_paused && _active <= _slots && _queue.TryTake(out iteration)) return true;
            iteration = default;
            _active--;
            _idle.Push(slot);
            _news.TrySetResult();
            return false;
        }
    }

    private void Ended(WorkReport report, long evaluations)
    {
        lock (_lock)
        {
            _reports.Add(report);
            _evaluations += evaluations;
            _endedSinceLearnt++;
            _lastEnd = time.GetTimestamp();
            var asks = MayEndLoop(report);
            if (asks) _paused = true;
            if (asks || report.Outcome == WorkOutcome.Failed || _reports.Count >= MostReports / 2 || _queue.Count <= Math.Max(_slots, _lastLeased / 4)) _news.TrySetResult();
        }
    }

    /// <summary>Whether the loop goes on after it is known only when the operator has heard of it.</summary>
    private bool MayEndLoop(WorkReport report) =>
        (report.Outcome == WorkOutcome.Failed && assignment.Pool!.StopsOnFailure)
        || (assignment.Pool!.IsSequential && (report.Outcome != WorkOutcome.Completed || report.Until == true));

    /// <summary>Once for many iterations: what the caches have done stands in the last report of a word.</summary>
    private void CountCaches(List<WorkReport> reports)
    {
        if (reports.Count == 0) return;
        if (runner.CountCaches(_evaluations) is { } counts) reports[^1] = reports[^1] with { Caches = counts };
        _evaluations = 0;
    }

    private void Learn()
    {
        var seconds = time.GetElapsedTime(_learntAt).TotalSeconds;
        if (_endedSinceLearnt == 0 || (seconds < 0.01 && _endedSinceLearnt < 100)) return;
        _size.Learn(_endedSinceLearnt, seconds);
        (_endedSinceLearnt, _learntAt) = (0, time.GetTimestamp());
    }

    /// <summary>Until there is something to say, at most a heartbeat.</summary>
    private async Task WaitAsync(PoolReply reply, CancellationToken cancellationToken)
    {
        Task news;
        TimeSpan most;
        lock (_lock)
        {
            if (reply.Stop && _queue.Count + _reports.Count > 0) return;
            news = _news.Task;
            most = _reports.Count > 0 || _endedSinceLearnt > 0 || (_active == 0 && !reply.Stop) ? s_patience : s_heartbeat;
        }

        if (reply.AskAgainAt is { } due && due - time.GetUtcNow() is var wait && wait < most) most = wait > s_least ? wait : s_least;
        try
        {
            await news.WaitAsync(most, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // A heartbeat.
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Goodbye is said by the caller.
        }
    }

    /// <summary>Its last words: what it has finished, and what it gives back. What is not heard is done again by others, or lost with the execution.</summary>
    private async Task GoodbyeAsync()
    {
        List<ReturnedRange> returned;
        lock (_lock) returned = _queue.Clear();
        await EmptySlotsAsync();
        using var limit = new CancellationTokenSource(s_goodbye, time);
        try
        {
            bool isLast;
            do
            {
                PoolRequest word;
                lock (_lock)
                {
                    isLast = _reports.Count <= MostReports;
                    List<WorkReport> reports = [.. _reports.Take(MostReports)];
                    CountCaches(reports);
                    word = new PoolRequest(reports, returned, Wants: 0, Leaves: isLast, _heard);
                    _reports = _reports[word.Reports.Count..];
                }

                await queue.TurnAsync(word, limit.Token);
                returned = [];
            }
            while (!isLast);
        }
        catch (OperationCanceledException)
        {
            // Its leases run out instead.
        }
    }

    /// <summary>What runs has been told to stop; what ends all the same in this moment is to be reported.</summary>
    private async Task EmptySlotsAsync()
    {
        var began = time.GetTimestamp();
        while (true)
        {
            Task news;
            lock (_lock)
            {
                if (_active == 0) return;
                _news = NewSignal();
                news = _news.Task;
            }

            try
            {
                if (s_unwinding - time.GetElapsedTime(began) is not { Ticks: > 0 } left) return;
                await news.WaitAsync(left, time);
            }
            catch (TimeoutException)
            {
                return;
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
