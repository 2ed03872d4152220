using System.Diagnostics.CodeAnalysis;

namespace PlaybookOperator.Core.Caching;

/// <summary>
/// A thread-safe cache with exact least-recently-used order, bounded in entries and, when asked, in bytes and in age.
/// <code>
///   by use:  [most recent] ⇄ entry ⇄ entry ⇄ [victim]      a hit moves its entry to the front
///   by age:  [oldest]      ⇄ entry ⇄ entry ⇄ [newest]      a store moves its entry to the back: the expired are a prefix
/// </code>
/// Every operation on one key is O(1); sweeping costs O(1) for each entry it removes. Storing under an existing key is
/// an update: it evicts nobody for its place, keeps the access count, restarts the age and refreshes recency.
/// </summary>
/// <remarks>
/// A cache is never the truth: whoever reads it can get the value again elsewhere. No caller's code (loader, factory,
/// size function, callbacks) runs inside the lock.
/// </remarks>
public sealed partial class BoundedCache<TKey, TValue> : IBoundedCache
    where TKey : notnull
{
    /// <summary>Expired entries are swept once in so many operations, so that they cannot pile up without a timer.</summary>
    public const int OperationsPerSweep = 100;

    private readonly Lock _lock = new();
    private readonly BoundedCacheOptions _options;
    private readonly TimeProvider _clock;
    private readonly Func<TKey, TValue, long>? _sizeOf;
    private readonly Action<CacheEviction<TKey, TValue>>? _onEvicted;
    private readonly long _timeToLive;
    private readonly long _maxBytes;
    private readonly Dictionary<TKey, Entry> _entries = [];
    private int _operations;
    private long _bytes;
    private long _hits;
    private long _uses;
    private long _misses;
    private EvictionCounts _evictions;

    /// <param name="options">The bounds; validated here.</param>
    /// <param name="clock">Ages and durations come from its timestamps, so a changed wall clock expires nothing.</param>
    /// <param name="sizeOf">The bytes that an entry takes, 0 or more; required with <see cref="BoundedCacheOptions.MaxBytes"/>.</param>
    /// <param name="onEvicted">
    /// Called for each entry that left, on the thread whose operation removed it and after the cache has settled; the
    /// place to dispose of values. A replaced value is not an eviction. It must not throw: the caller of the operation would see it.
    /// </param>
    /// <exception cref="ArgumentException">The options, or their combination with the other arguments, make no sense.</exception>
    public BoundedCache(
        BoundedCacheOptions options,
        TimeProvider clock,
        Func<TKey, TValue, long>? sizeOf = null,
        Action<CacheEviction<TKey, TValue>>? onEvicted = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        options.Validate();
        if (options.MaxBytes is not null && sizeOf is null)
            throw new ArgumentException($"Cache '{options.Name}': MaxBytes needs a sizeOf function.", nameof(sizeOf));
        if (options.WeakValues && typeof(TValue).IsValueType)
            throw new ArgumentException($"Cache '{options.Name}': WeakValues needs values of a reference type.", nameof(options));

        _options = options;
        _clock = clock;
        _sizeOf = sizeOf;
        _onEvicted = onEvicted;
        _maxBytes = options.MaxBytes ?? long.MaxValue;
        _timeToLive = Timestamps(options.TimeToLive, clock.TimestampFrequency);
    }

    public string Name => _options.Name;

    /// <summary>Entries held, expired ones that no sweep has met yet included.</summary>
    public int Count
    {
        get { lock (_lock) return _entries.Count; }
    }

    /// <summary>Finds a live value and makes it the most recently used.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value) => TryGet(key, _timeToLive, out value);

    /// <summary>The same for a reader who wants nothing older than <paramref name="maxAge"/>, above zero: what is older has expired.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is zero or negative.</exception>
    public bool TryGet(TKey key, TimeSpan maxAge, [MaybeNullWhen(false)] out TValue value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(maxAge, TimeSpan.Zero);
        return TryGet(key, Math.Min(_timeToLive, Timestamps(maxAge, _clock.TimestampFrequency)), out value);
    }

    private bool TryGet(TKey key, long maxAge, [MaybeNullWhen(false)] out TValue value)
    {
        List<CacheEviction<TKey, TValue>>? evicted = null;
        bool found;
        var now = _clock.GetTimestamp();
        lock (_lock)
        {
            CountOperation(now, ref evicted);
            found = Find(key, now, maxAge, out value, ref evicted);
        }

        Announce(evicted);
        return found;
    }

    /// <summary>
    /// Counts uses of values whose callers hold on to them and so do not ask again: <see cref="CacheStatistics.Hits"/> has them too. Takes no lock;
    /// recency does not change.
    /// </summary>
    /// <param name="count">0 or more.</param>
    public void CountUses(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count > 0) Interlocked.Add(ref _uses, count);
    }

    /// <summary>Stores a value, new or instead of the present one. A load of the key under way will not overwrite it.</summary>
    public void Set(TKey key, TValue value)
    {
        List<CacheEviction<TKey, TValue>>? evicted = null;
        var bytes = SizeOf(key, value);
        lock (_lock)
        {
            var now = _clock.GetTimestamp();
            CountOperation(now, ref evicted);
            _flights.Remove(key);
            if (!_entries.ContainsKey(key)) _loads++;
            Store(key, value, bytes, now, ref evicted);
        }

        Announce(evicted);
    }

    /// <summary>
    /// Finds a value or makes one with <paramref name="factory"/>. Callers that miss at the same moment may each run the
    /// factory; the first to finish wins and all get its value. An exception from the factory stores nothing.
    /// For factories that depend on their key alone; where a value can be invalidated meanwhile, use <see cref="GetOrAddAsync"/>.
    /// </summary>
    public TValue GetOrAdd(TKey key, Func<TKey, TValue> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return TryGet(key, out var found) ? found : Keep(key, MeasuredLoad(key, factory));
    }

    /// <summary>Removes one entry, and keeps a load of its key under way from being stored.</summary>
    /// <param name="key">The key.</param>
    /// <param name="reason"><see cref="EvictionReason.Explicit"/>, or <see cref="EvictionReason.Terminal"/> when what it describes has ended.</param>
    /// <returns>False: there was none.</returns>
    public bool Remove(TKey key, EvictionReason reason = EvictionReason.Explicit)
    {
        List<CacheEviction<TKey, TValue>>? evicted = null;
        bool found;
        lock (_lock)
        {
            CountOperation(_clock.GetTimestamp(), ref evicted);
            _flights.Remove(key);
            found = _entries.TryGetValue(key, out var entry);
            if (entry is not null) Evict(entry, reason, ref evicted);
        }

        Announce(evicted);
        return found;
    }

    /// <summary>
    /// Removes the entries whose key fits, O(entries), and returns how many. Keys are judged outside the lock: an entry
    /// stored while this runs may stay.
    /// </summary>
    public int RemoveWhere(Predicate<TKey> predicate, EvictionReason reason = EvictionReason.Explicit)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        TKey[] keys;
        lock (_lock) keys = [.. _entries.Keys, .. _flights.Keys.Where(key => !_entries.ContainsKey(key))];
        return keys.Count(key => predicate(key) && Remove(key, reason));
    }

    public int Clear(EvictionReason reason = EvictionReason.Explicit)
    {
        List<CacheEviction<TKey, TValue>>? evicted = null;
        int count;
        lock (_lock)
        {
            count = _entries.Count;
            _flights.Clear();
            while (_byUse.Oldest is { } entry) Evict(entry, reason, ref evicted);
        }

        Announce(evicted);
        return count;
    }

    public int EvictExpired()
    {
        List<CacheEviction<TKey, TValue>>? evicted = null;
        int before, after;
        lock (_lock)
        {
            before = _entries.Count;
            EvictExpired(_clock.GetTimestamp(), ref evicted);
            EvictCollected(before, ref evicted);
            after = _entries.Count;
        }

        Announce(evicted);
        return before - after;
    }

    private TValue Keep(TKey key, TValue made)
    {
        List<CacheEviction<TKey, TValue>>? evicted = null;
        var bytes = SizeOf(key, made);
        TValue? kept = made;
        lock (_lock)
        {
            var now = _clock.GetTimestamp();
            if (!IsLive(key, now, out kept)) Store(key, kept = made, bytes, now, ref evicted);
        }

        Announce(evicted);
        return kept;
    }

    private long SizeOf(TKey key, TValue value)
    {
        var bytes = _sizeOf?.Invoke(key, value) ?? 0;
        return bytes >= 0 ? bytes : throw new InvalidOperationException($"Cache '{Name}': sizeOf returned {bytes} bytes.");
    }

    private void Announce(List<CacheEviction<TKey, TValue>>? evicted)
    {
        if (evicted is null) return;
        foreach (var eviction in evicted) _onEvicted!(eviction);
    }

    /// <summary>Rounded up, in whole numbers: a fraction of a second is not exact in floating point, and a value would be served a tick too long.</summary>
    private static long Timestamps(TimeSpan duration, long frequency) => duration == TimeSpan.Zero
        ? long.MaxValue
        : (long)Int128.Min((((Int128)duration.Ticks * frequency) + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond, long.MaxValue / 2);
}
