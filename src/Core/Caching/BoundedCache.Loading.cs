namespace PlaybookOperator.Core.Caching;

/// <content>Loading a missing value: once for all who wait for it.</content>
public sealed partial class BoundedCache<TKey, TValue>
{
    /// <summary>Loads under way whose result may still be stored. A key that is set or removed meanwhile leaves this map.</summary>
    private readonly Dictionary<TKey, Flight> _flights = [];
    private Action<TimeSpan>? _loadObserver;
    private long _loads;
    private long _loadFailures;
    private long _loadTimestamps;

    /// <summary>
    /// Finds a value or loads it: callers that miss the same key at the same time share one load.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="load">
    /// Runs without any lock held. Its token is cancelled only when the last caller that waits for this load has given up.
    /// </param>
    /// <param name="cancellationToken">Ends this caller's waiting; the others keep theirs.</param>
    /// <returns>The value. A load that throws fails those who waited for it, and the next call loads anew: failures are never stored.</returns>
    public ValueTask<TValue> GetOrAddAsync(
        TKey key, Func<TKey, CancellationToken, Task<TValue>> load, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(load);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<TValue>(cancellationToken);

        List<CacheEviction<TKey, TValue>>? evicted = null;
        Flight? flight = null;
        var first = false;
        TValue? value;
        var now = _clock.GetTimestamp();
        lock (_lock)
        {
            CountOperation(now, ref evicted);
            if (!Find(key, now, _timeToLive, out value, ref evicted)) flight = Board(key, out first);
        }

        Announce(evicted);
        if (flight is null) return new(value!);
        if (first) _ = FlyAsync(key, load, flight);
        return new(AwaitAsync(key, flight, cancellationToken));
    }

    public void ObserveLoads(Action<TimeSpan> observer)
    {
        lock (_lock) _loadObserver += observer;
    }

    /// <summary>Joins the load of a key, or opens one. Inside the lock.</summary>
    private Flight Board(TKey key, out bool first)
    {
        first = !_flights.TryGetValue(key, out var flight);
        if (first) _flights[key] = flight = new Flight();
        flight!.Waiting++;
        return flight;
    }

    /// <summary>Runs one load to its end. Never throws: every outcome goes to those who wait.</summary>
    private async Task FlyAsync(TKey key, Func<TKey, CancellationToken, Task<TValue>> load, Flight flight)
    {
        var started = _clock.GetTimestamp();
        try
        {
            var value = await load(key, flight.Abandoned.Token);
            var bytes = SizeOf(key, value);
            CountLoad(started, failed: false);
            Land(key, value, bytes, flight);
            flight.Outcome.SetResult(value);
        }
        catch (Exception failure)
        {
            CountLoad(started, failed: true);
            lock (_lock) Detach(key, flight);
            flight.Outcome.TrySetException(failure);
            _ = flight.Outcome.Task.Exception; // Seen: everybody may have left, and nothing must reach the finalizer.
        }
    }

    /// <summary>Stores what a load brought, unless the key was set, removed or given up meanwhile: then it may be out of date.</summary>
    private void Land(TKey key, TValue value, long bytes, Flight flight)
    {
        List<CacheEviction<TKey, TValue>>? evicted = null;
        lock (_lock)
        {
            if (Detach(key, flight)) Store(key, value, bytes, _clock.GetTimestamp(), ref evicted);
        }

        Announce(evicted);
    }

    private bool Detach(TKey key, Flight flight)
    {
        if (!_flights.TryGetValue(key, out var current) || current != flight) return false;
        return _flights.Remove(key);
    }

    private async Task<TValue> AwaitAsync(TKey key, Flight flight, CancellationToken cancellationToken)
    {
        try
        {
            return await flight.Outcome.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave(key, flight);
        }
    }

    /// <summary>The last one to leave a load that has not ended cancels it; a caller who comes now begins another.</summary>
    private void Leave(TKey key, Flight flight)
    {
        lock (_lock)
        {
            if (--flight.Waiting > 0 || flight.Outcome.Task.IsCompleted) return;
            Detach(key, flight);
        }

        flight.Abandoned.Cancel();
    }

    private TValue MeasuredLoad(TKey key, Func<TKey, TValue> factory)
    {
        var started = _clock.GetTimestamp();
        var failed = true;
        try
        {
            var value = factory(key);
            failed = false;
            return value;
        }
        finally
        {
            CountLoad(started, failed);
        }
    }

    private void CountLoad(long started, bool failed)
    {
        var took = _clock.GetTimestamp() - started;
        Action<TimeSpan>? observer;
        lock (_lock)
        {
            _loads++;
            if (failed) _loadFailures++;
            _loadTimestamps += took;
            observer = _loadObserver;
        }

        observer?.Invoke(_clock.GetElapsedTime(0, took));
    }

    private sealed class Flight
    {
        public TaskCompletionSource<TValue> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Not disposed of: it has no timer and no wait handle, and the load may hold its token beyond its end.</summary>
        public CancellationTokenSource Abandoned { get; } = new();

        public int Waiting { get; set; }
    }
}
