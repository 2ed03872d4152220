using PlaybookOperator.Kubernetes.Metrics;

namespace PlaybookOperator.Kubernetes.Queues;

/// <summary>
/// Keys that need attention. A key is handed to one worker at a time; adding it again while it waits changes nothing, and while it
/// is worked on makes it ready once more afterwards. A key carries no data: whoever takes it looks at what is now true. A due
/// time once set is kept even if the key becomes ready before: a wake-up too many is harmless, one too few is not.
/// </summary>
/// <remarks>
/// Thread-safe. Memory is bounded by the number of distinct keys that wait, are due, are worked on or have failed; call
/// <see cref="Forget"/> when a key has succeeded or is gone. Keys come out in the order in which they became ready.
/// </remarks>
public sealed class WorkQueue<TKey> : IObservedQueue, IDisposable
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly WorkQueueOptions _options;
    private readonly TimeProvider _time;
    private readonly KubernetesMetrics _metrics;
    private readonly Queue<(TKey Key, long ReadyAt)> _ready = new();
    private readonly HashSet<TKey> _waiting = [];
    private readonly Dictionary<TKey, long> _working = [];
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly DueTimes<TKey> _due = new();
    private readonly SemaphoreSlim _available = new(0);
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _timer;
    private bool _isShutDown;

    public WorkQueue(WorkQueueOptions options, TimeProvider time, KubernetesMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(metrics);
        _options = options;
        _time = time;
        _metrics = metrics;
        _timer = time.CreateTimer(_ => ReleaseDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        metrics.Queues.Register(this);
    }

    public string Name => _options.Name;

    /// <summary>Keys that are ready and wait for a worker.</summary>
    public int Depth
    {
        get { lock (_lock) return _ready.Count; }
    }

    /// <summary>Keys that become ready later.</summary>
    public int Delayed
    {
        get { lock (_lock) return _due.Count; }
    }

    (double TotalSeconds, double LongestSeconds) IObservedQueue.UnfinishedWork
    {
        get
        {
            lock (_lock)
            {
                var seconds = _working.Values.Select(since => _time.GetElapsedTime(since).TotalSeconds).ToList();
                return seconds.Count == 0 ? (0, 0) : (seconds.Sum(), seconds.Max());
            }
        }
    }

    /// <summary>Makes the key ready now. Ignored after the shutdown.</summary>
    public void Add(TKey key)
    {
        lock (_lock) AddLocked(key);
    }

    /// <summary>Makes the key ready after a delay, unless it is due earlier already. Zero or less means now.</summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        lock (_lock)
        {
            if (delay <= TimeSpan.Zero) AddLocked(key);
            else AddAfterLocked(key, delay);
        }
    }

    /// <summary>Makes the key ready after a delay that doubles with each call since the last <see cref="Forget"/>.</summary>
    /// <returns>The delay.</returns>
    public TimeSpan AddRateLimited(TKey key)
    {
        lock (_lock)
        {
            if (_isShutDown) return TimeSpan.Zero;
            var failures = _failures.GetValueOrDefault(key);
            _failures[key] = failures + 1;
            var delay = TimeSpan.FromSeconds(
                Math.Min(_options.InitialBackoff.TotalSeconds * Math.Pow(2, failures), _options.MaxBackoff.TotalSeconds));
            _metrics.Queues.Retried(this);
            AddAfterLocked(key, delay);
            return delay;
        }
    }

    /// <summary>The key has succeeded or is gone: its next failure counts as the first.</summary>
    public void Forget(TKey key)
    {
        lock (_lock) _failures.Remove(key);
    }

    /// <summary>Failures of the key since it was last forgotten.</summary>
    public int Failures(TKey key)
    {
        lock (_lock) return _failures.GetValueOrDefault(key);
    }

    /// <summary>
    /// Waits for a key; <see cref="Done"/> must follow, whatever comes of the work. Null once the queue is shut down.
    /// </summary>
    public async ValueTask<QueueItem<TKey>?> DequeueAsync(CancellationToken cancellationToken)
    {
        await _available.WaitAsync(cancellationToken);
        lock (_lock)
        {
            if (_isShutDown || !_ready.TryDequeue(out var next))
            {
                // Pass the word on: every other waiting worker must hear of the shutdown too.
                _available.Release();
                return null;
            }

            var now = _time.GetTimestamp();
            var waited = _time.GetElapsedTime(next.ReadyAt, now);
            _waiting.Remove(next.Key);
            _working[next.Key] = now;
            _metrics.Queues.Started(this, waited);
            return new QueueItem<TKey>(next.Key, waited);
        }
    }

    /// <summary>The work on a key has ended. If the key was added meanwhile it is ready again at once.</summary>
    public void Done(TKey key)
    {
        lock (_lock)
        {
            if (!_working.Remove(key, out var since)) return;
            _metrics.Queues.Finished(this, _time.GetElapsedTime(since));
            if (_waiting.Contains(key)) MakeReady(key);
            if (_isShutDown && _working.Count == 0) _drained.TrySetResult();
        }
    }

    /// <summary>
    /// Hands out no more keys, drops those that wait (the next leader derives them anew), and ends when the work in progress has.
    /// </summary>
    public Task ShutDownAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_isShutDown)
            {
                _isShutDown = true;
                _ready.Clear();
                _waiting.Clear();
                _due.Clear();
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _available.Release();
            }

            if (_working.Count == 0) _drained.TrySetResult();
        }

        return _drained.Task.WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        _metrics.Queues.Unregister(this);
        _timer.Dispose();
        _available.Dispose();
    }

    private void AddLocked(TKey key)
    {
        if (_isShutDown || !_waiting.Add(key)) return;
        _metrics.Queues.Added(this);
        if (!_working.ContainsKey(key)) MakeReady(key);
    }

    private void AddAfterLocked(TKey key, TimeSpan delay)
    {
        if (_isShutDown) return;
        var dueAt = _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency);
        if (_due.Add(key, dueAt)) SetTimer();
    }

    private void MakeReady(TKey key)
    {
        _ready.Enqueue((key, _time.GetTimestamp()));
        _available.Release();
    }

    private void ReleaseDue()
    {
        lock (_lock)
        {
            if (_isShutDown) return;
            while (_due.TryTakeDue(_time.GetTimestamp(), out var key)) AddLocked(key);
            SetTimer();
        }
    }

    private void SetTimer()
    {
        if (_due.Next() is not { } dueAt) return;
        // One millisecond more, since timers round down and would fire just too early.
        var delay = TimeSpan.FromSeconds((double)(dueAt - _time.GetTimestamp()) / _time.TimestampFrequency) + TimeSpan.FromMilliseconds(1);
        // A timer holds 49 days at most; waking early only sets it anew.
        var bounded = delay > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : delay;
        _timer.Change(bounded > TimeSpan.Zero ? bounded : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
