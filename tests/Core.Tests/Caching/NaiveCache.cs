using PlaybookOperator.Core.Caching;

namespace PlaybookOperator.Core.Tests.Caching;

/// <summary>
/// What a bounded cache should do, written for clarity alone: one list in order of use, searched from end to end.
/// The reference that the model test holds the real one against.
/// </summary>
internal sealed class NaiveCache(int maxEntries, long maxBytes, long timeToLive)
{
    private readonly List<Line> _lines = [];

    /// <summary>Values of which a weak cache only knows that they are gone.</summary>
    private readonly HashSet<int> _collected = [];
    private int _operations;

    public sealed record Line(int Key, int Value, long Bytes, long Stored, long Reads);

    public long Hits { get; private set; }

    public long Misses { get; private set; }

    public EvictionCountsByReason Evictions { get; } = new();

    /// <summary>Most recently used first.</summary>
    public IReadOnlyList<Line> Lines => _lines;

    public void CountOperation(long now)
    {
        if (++_operations % 100 == 0) Sweep(now);
    }

    /// <summary>The garbage collector has taken a value that the cache held weakly.</summary>
    public void Collect(int value) => _collected.Add(value);

    public int? Read(int key, long now, long maxAge = long.MaxValue)
    {
        var line = _lines.Find(l => l.Key == key);
        if (line is not null && (Expired(line, now) || now - line.Stored >= maxAge))
        {
            Drop(line, EvictionReason.TimeToLive);
            line = null;
        }
        else if (line is not null && _collected.Contains(line.Value))
        {
            Drop(line, EvictionReason.Collected);
            line = null;
        }

        if (line is null)
        {
            Misses++;
            return null;
        }

        Hits++;
        _lines.Remove(line);
        _lines.Insert(0, line with { Reads = line.Reads + 1 });
        return line.Value;
    }

    public void Store(int key, int value, long bytes, long now)
    {
        var present = _lines.Find(l => l.Key == key);
        if (present is not null) _lines.Remove(present);
        var line = new Line(key, value, bytes, now, present?.Reads ?? 0);
        _lines.Insert(0, line);
        if (bytes > maxBytes)
        {
            Drop(line, EvictionReason.Bytes);
            return;
        }

        if (!Over()) return;
        EvictExpired(now);
        while (_lines.Count > maxEntries) Drop(_lines[^1], EvictionReason.Size);
        while (_lines.Sum(l => l.Bytes) > maxBytes) Drop(_lines[^1], EvictionReason.Bytes);
    }

    public bool Remove(int key)
    {
        var line = _lines.Find(l => l.Key == key);
        if (line is not null) Drop(line, EvictionReason.Explicit);
        return line is not null;
    }

    public int RemoveAll(Predicate<Line> doomed, EvictionReason reason)
    {
        var lines = _lines.FindAll(doomed);
        foreach (var line in lines) Drop(line, reason);
        return lines.Count;
    }

    private int EvictExpired(long now) => RemoveAll(line => Expired(line, now), EvictionReason.TimeToLive);

    /// <summary>What a sweep removes: the expired, then the collected. Each sweep looks at a hundred entries, and there are fewer.</summary>
    public int Sweep(long now) => EvictExpired(now) + RemoveAll(line => _collected.Contains(line.Value), EvictionReason.Collected);

    private bool Over() => _lines.Count > maxEntries || _lines.Sum(l => l.Bytes) > maxBytes;

    private bool Expired(Line line, long now) => timeToLive > 0 && now - line.Stored >= timeToLive;

    private void Drop(Line line, EvictionReason reason)
    {
        _lines.Remove(line);
        Evictions.Add(reason);
    }

    public sealed class EvictionCountsByReason
    {
        private readonly long[] _counts = new long[EvictionReasons.All.Count];

        public void Add(EvictionReason reason) => _counts[(int)reason]++;

        public long Of(EvictionReason reason) => _counts[(int)reason];
    }
}
