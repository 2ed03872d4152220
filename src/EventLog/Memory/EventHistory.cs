using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.EventLog.Memory;

/// <summary>
/// The events of one execution: the newest <paramref name="capacity"/> of them, all of the skeleton, and exact totals. Adding is O(1);
/// a page costs its own length. Not thread-safe.
/// </summary>
internal sealed class EventHistory(int capacity)
{
    private readonly Ring<ExecutionEvent> _newest = new(capacity);
    private readonly Dictionary<EventType, OfType> _types = [];
    private readonly List<ExecutionEvent> _skeleton = [];

    /// <summary>Id of the newest event; 0 before the first.</summary>
    public long LastEventId { get; private set; }

    public void Add(ExecutionEvent happened)
    {
        LastEventId = happened.EventId;
        if (happened.IsSkeleton) _skeleton.Add(happened);
        if (_newest.Add(happened, out var forgotten)) _types[forgotten!.Type].Ids.RemoveOldest();
        if (!_types.TryGetValue(happened.Type, out var ofType)) _types[happened.Type] = ofType = new OfType();
        ofType.Ids.Add(happened.EventId, out _);
        ofType.Total++;
    }

    /// <summary>Skeleton events with a larger id, ascending.</summary>
    public IReadOnlyList<ExecutionEvent> SkeletonAfter(long eventId)
    {
        var from = _skeleton.Count;
        while (from > 0 && _skeleton[from - 1].EventId > eventId) from--;
        return _skeleton.GetRange(from, _skeleton.Count - from);
    }

    /// <summary>See <see cref="IEventReader.PageAsync"/>; events that are no longer kept are missing from their page, not from the total.</summary>
    public EventPage Page(EventQuery query)
    {
        var ofType = query.Type is { } type ? _types.GetValueOrDefault(type) ?? new OfType() : null;
        var total = ofType?.Total ?? LastEventId;
        var skipped = query.SinceEventId is { } since ? CountUpTo(ofType, since) : 0;
        // Places count from 1 in order of ids, over the whole log or over the events of the type.
        var offset = (query.Page - 1L) * query.PageSize;
        var places = query.SinceEventId is null
            ? Descending(total - offset, Math.Max(total - offset - query.PageSize, 0))
            : Ascending(skipped + offset, Math.Min(skipped + offset + query.PageSize, total));
        return new EventPage([.. places.Select(place => At(ofType, place)).OfType<ExecutionEvent>()], Math.Max(total - skipped, 0));
    }

    private ExecutionEvent? At(OfType? ofType, long place)
    {
        if (ofType is null) return AtId(place);
        var index = place - 1 - (ofType.Total - ofType.Ids.Count);
        return index < 0 ? null : AtId(ofType.Ids[(int)index]);
    }

    private ExecutionEvent? AtId(long eventId)
    {
        var index = eventId - 1 - (LastEventId - _newest.Count);
        return index < 0 ? null : _newest[(int)index];
    }

    private long CountUpTo(OfType? ofType, long eventId)
    {
        if (ofType is null) return Math.Clamp(eventId, 0, LastEventId);
        var (low, high) = (0, ofType.Ids.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (ofType.Ids[middle] <= eventId) low = middle + 1;
            else high = middle;
        }

        return eventId <= 0 ? 0 : ofType.Total - ofType.Ids.Count + low;
    }

    private static IEnumerable<long> Descending(long from, long untilExclusive)
    {
        for (var place = from; place > untilExclusive; place--) yield return place;
    }

    private static IEnumerable<long> Ascending(long afterExclusive, long until)
    {
        for (var place = afterExclusive + 1; place <= until; place++) yield return place;
    }

    private sealed class OfType
    {
        public Ring<long> Ids { get; } = new(int.MaxValue);

        public long Total { get; set; }
    }
}
