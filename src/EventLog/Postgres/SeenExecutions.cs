namespace PlaybookOperator.EventLog.Postgres;

/// <summary>
/// What polling last saw of each open execution, a slice of the id space at a time. Holds two numbers for each open execution.
/// Thread-safe.
/// </summary>
internal sealed class SeenExecutions
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, long> _lastEventIds = [];

    /// <summary>The slice to read next begins after this id.</summary>
    public long Cursor { get; private set; }

    /// <summary>
    /// One that was found open otherwise: should its end not be announced, the next look finds it gone, also when it has never been in a slice.
    /// </summary>
    public void Note(long id, long lastEventId)
    {
        lock (_lock) _lastEventIds.TryAdd(id, lastEventId);
    }

    /// <summary>
    /// The executions of the slice after <see cref="Cursor"/> that moved, that are new, or that have ended since they were last seen.
    /// <paramref name="isLast"/>: nothing is open beyond this slice; the next one begins at the start.
    /// </summary>
    public IReadOnlyList<long> Compare(IReadOnlyList<(long Id, long LastEventId)> slice, bool isLast)
    {
        lock (_lock) return CompareLocked(slice, isLast);
    }

    private List<long> CompareLocked(IReadOnlyList<(long Id, long LastEventId)> slice, bool isLast)
    {
        var until = isLast ? long.MaxValue : slice[^1].Id;
        var open = slice.Select(head => head.Id).ToHashSet();
        var ended = _lastEventIds.Keys.Where(id => id > Cursor && id <= until && !open.Contains(id)).ToArray();
        var changed = new List<long>(ended);
        foreach (var id in ended) _lastEventIds.Remove(id);
        foreach (var (id, lastEventId) in slice)
        {
            if (_lastEventIds.TryGetValue(id, out var before) && before == lastEventId) continue;
            _lastEventIds[id] = lastEventId;
            changed.Add(id);
        }

        Cursor = isLast ? 0 : until;
        return changed;
    }
}
