using System.Diagnostics.CodeAnalysis;

namespace PlaybookOperator.Kubernetes.Queues;

/// <summary>
/// Keys with the moment at which each is due; the earliest moment named for a key holds. Not thread-safe.
/// </summary>
/// <remarks>
/// A superseded moment stays in the heap until it comes up, so the heap is compacted once it holds twice as many entries as
/// there are keys: memory is bounded by the number of keys.
/// </remarks>
internal sealed class DueTimes<TKey>
    where TKey : notnull
{
    private const int CompactionFloor = 64;
    private readonly Dictionary<TKey, long> _dueAt = [];
    private readonly PriorityQueue<TKey, long> _heap = new();

    public int Count => _dueAt.Count;

    /// <summary>False when the key is already due at that moment or before.</summary>
    public bool Add(TKey key, long dueAt)
    {
        if (_dueAt.TryGetValue(key, out var known) && known <= dueAt) return false;
        _dueAt[key] = dueAt;
        _heap.Enqueue(key, dueAt);
        if (_heap.Count > CompactionFloor && _heap.Count > 2 * _dueAt.Count) Compact();
        return true;
    }

    public void Clear()
    {
        _dueAt.Clear();
        _heap.Clear();
    }

    /// <summary>The earliest moment; null when no key waits.</summary>
    public long? Next()
    {
        DropSuperseded();
        return _heap.TryPeek(out _, out var dueAt) ? dueAt : null;
    }

    public bool TryTakeDue(long now, [MaybeNullWhen(false)] out TKey key)
    {
        DropSuperseded();
        if (!_heap.TryPeek(out key, out var dueAt) || dueAt > now) return false;
        _heap.Dequeue();
        _dueAt.Remove(key);
        return true;
    }

    private void DropSuperseded()
    {
        while (_heap.TryPeek(out var key, out var dueAt) && !(_dueAt.TryGetValue(key, out var known) && known == dueAt)) _heap.Dequeue();
    }

    private void Compact()
    {
        _heap.Clear();
        foreach (var (key, dueAt) in _dueAt) _heap.Enqueue(key, dueAt);
    }
}
