using System.Diagnostics.CodeAnalysis;

namespace PlaybookOperator.Core.Caching;

/// <content>The entries and their two orders. Everything here runs inside the lock.</content>
public sealed partial class BoundedCache<TKey, TValue>
{
    private readonly UseOrder _byUse = new();
    private readonly AgeOrder _byAge = new();

    /// <summary>The next entry whose weak value a sweep looks at; null: begin with the oldest.</summary>
    private Entry? _hand;

    private void CountOperation(long now, ref List<CacheEviction<TKey, TValue>>? evicted)
    {
        if (++_operations < OperationsPerSweep) return;
        _operations = 0;
        EvictExpired(now, ref evicted);
        EvictCollected(OperationsPerSweep, ref evicted);
    }

    private bool Find(TKey key, long now, long maxAge, [MaybeNullWhen(false)] out TValue value, ref List<CacheEviction<TKey, TValue>>? evicted)
    {
        if (_entries.TryGetValue(key, out var entry))
        {
            if (now - entry.Stored >= maxAge) Evict(entry, EvictionReason.TimeToLive, ref evicted);
            else if (!entry.TryGetValue(out value)) Evict(entry, EvictionReason.Collected, ref evicted);
            else
            {
                _hits++;
                entry.AccessCount++;
                entry.LastAccess = now;
                _byUse.MoveToFront(entry);
                return true;
            }
        }

        _misses++;
        value = default;
        return false;
    }

    /// <summary>Looks without counting and without touching the order.</summary>
    private bool IsLive(TKey key, long now, [MaybeNullWhen(false)] out TValue value)
    {
        value = default;
        return _entries.TryGetValue(key, out var entry) && !IsExpired(entry, now) && entry.TryGetValue(out value);
    }

    private void Store(TKey key, TValue value, long bytes, long now, ref List<CacheEviction<TKey, TValue>>? evicted)
    {
        if (!_entries.TryGetValue(key, out var entry))
        {
            entry = new Entry(key);
            _entries.Add(key, entry);
            _byUse.AddFirst(entry);
            _byAge.AddLast(entry);
        }
        else
        {
            _bytes -= entry.Bytes;
            _byUse.MoveToFront(entry);
            Renew(entry);
        }

        entry.Hold(value, _options.WeakValues);
        entry.Stored = entry.LastAccess = now;
        entry.Bytes = bytes;
        _bytes += bytes;
        Trim(entry, now, ref evicted);
    }

    private void Renew(Entry entry)
    {
        if (_hand == entry) _hand = entry.Younger;
        _byAge.Remove(entry);
        _byAge.AddLast(entry);
    }

    /// <summary>Brings the cache back into its bounds: the expired go first, then the least recently used.</summary>
    private void Trim(Entry stored, long now, ref List<CacheEviction<TKey, TValue>>? evicted)
    {
        if (stored.Bytes > _maxBytes)
        {
            // It would push everybody else out and still not fit.
            Evict(stored, EvictionReason.Bytes, ref evicted);
            return;
        }

        if (_entries.Count <= _options.MaxEntries && _bytes <= _maxBytes) return;
        EvictExpired(now, ref evicted);
        while (_entries.Count > _options.MaxEntries) Evict(_byUse.Oldest!, EvictionReason.Size, ref evicted);
        while (_bytes > _maxBytes) Evict(_byUse.Oldest!, EvictionReason.Bytes, ref evicted);
    }

    private void EvictExpired(long now, ref List<CacheEviction<TKey, TValue>>? evicted)
    {
        while (_byAge.Oldest is { } entry && IsExpired(entry, now)) Evict(entry, EvictionReason.TimeToLive, ref evicted);
    }

    /// <summary>Looks at up to <paramref name="count"/> weak values, going round: a sweep's cost does not grow with the cache.</summary>
    private void EvictCollected(int count, ref List<CacheEviction<TKey, TValue>>? evicted)
    {
        if (!_options.WeakValues) return;
        for (; count > 0; count--)
        {
            var entry = _hand ?? _byAge.Oldest;
            if (entry is null) return;
            _hand = entry.Younger;
            if (!entry.TryGetValue(out _)) Evict(entry, EvictionReason.Collected, ref evicted);
        }
    }

    private void Evict(Entry entry, EvictionReason reason, ref List<CacheEviction<TKey, TValue>>? evicted)
    {
        if (_hand == entry) _hand = entry.Younger;
        _entries.Remove(entry.Key);
        _byUse.Remove(entry);
        _byAge.Remove(entry);
        _bytes -= entry.Bytes;
        _evictions.Increment(reason);
        if (_onEvicted is null) return;
        entry.TryGetValue(out var value);
        (evicted ??= []).Add(new(entry.Key, value, reason));
    }

    private bool IsExpired(Entry entry, long now) => now - entry.Stored >= _timeToLive;

    private sealed class Entry(TKey key)
    {
        private TValue? _strong;
        private WeakReference? _weak;

        public TKey Key { get; } = key;

        public long Stored { get; set; }

        public long LastAccess { get; set; }

        public long AccessCount { get; set; }

        public long Bytes { get; set; }

        public Entry? MoreRecent { get; set; }

        public Entry? LessRecent { get; set; }

        public Entry? Older { get; set; }

        public Entry? Younger { get; set; }

        public void Hold(TValue value, bool weakly)
        {
            if (weakly && value is not null) _weak = new WeakReference(value);
            else (_strong, _weak) = (value, null);
        }

        public bool TryGetValue([MaybeNullWhen(false)] out TValue value)
        {
            value = _weak is null ? _strong : (TValue?)_weak.Target;
            return _weak is null || value is not null;
        }
    }

    private sealed class UseOrder
    {
        private Entry? _first;

        public Entry? Oldest { get; private set; }

        public Entry? MostRecent => _first;

        public void AddFirst(Entry entry)
        {
            entry.LessRecent = _first;
            if (_first is null) Oldest = entry;
            else _first.MoreRecent = entry;
            _first = entry;
        }

        public void Remove(Entry entry)
        {
            if (entry.MoreRecent is null) _first = entry.LessRecent;
            else entry.MoreRecent.LessRecent = entry.LessRecent;
            if (entry.LessRecent is null) Oldest = entry.MoreRecent;
            else entry.LessRecent.MoreRecent = entry.MoreRecent;
            entry.MoreRecent = entry.LessRecent = null;
        }

        public void MoveToFront(Entry entry)
        {
            if (_first == entry) return;
            Remove(entry);
            AddFirst(entry);
        }
    }

    private sealed class AgeOrder
    {
        private Entry? _newest;

        public Entry? Oldest { get; private set; }

        public void AddLast(Entry entry)
        {
            entry.Older = _newest;
            if (_newest is null) Oldest = entry;
            else _newest.Younger = entry;
            _newest = entry;
        }

        public void Remove(Entry entry)
        {
            if (entry.Older is null) Oldest = entry.Younger;
            else entry.Older.Younger = entry.Younger;
            if (entry.Younger is null) _newest = entry.Older;
            else entry.Younger.Older = entry.Older;
            entry.Older = entry.Younger = null;
        }
    }
}
