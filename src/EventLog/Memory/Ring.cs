namespace PlaybookOperator.EventLog.Memory;

/// <summary>A list that grows at its end up to a capacity and from then on forgets its oldest item for each new one.</summary>
internal sealed class Ring<T>(int capacity)
{
    private const int InitialLength = 16;
    private T[] _items = new T[Math.Min(capacity, InitialLength)];
    private int _start;

    public int Count { get; private set; }

    /// <summary>The item at a place, 0 being the oldest that is kept.</summary>
    public T this[int index] => _items[(_start + index) % _items.Length];

    /// <summary>Adds at the end; true when the oldest item, given back in <paramref name="forgotten"/>, had to go.</summary>
    public bool Add(T item, out T? forgotten)
    {
        forgotten = default;
        var full = Count == capacity;
        if (full) forgotten = RemoveOldest();
        if (Count == _items.Length) Grow();
        _items[(_start + Count) % _items.Length] = item;
        Count++;
        return full;
    }

    public T RemoveOldest()
    {
        var oldest = _items[_start];
        _items[_start] = default!;
        _start = (_start + 1) % _items.Length;
        Count--;
        return oldest;
    }

    private void Grow()
    {
        var larger = new T[(int)Math.Min(capacity, _items.Length * 2L)];
        for (var i = 0; i < Count; i++) larger[i] = this[i];
        _items = larger;
        _start = 0;
    }
}
