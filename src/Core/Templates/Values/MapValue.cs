namespace PlaybookOperator.Core.Templates.Values;

internal abstract class MapValue() : Storage(ValueKind.Map)
{
    public abstract long Count { get; }

    public abstract bool TryGet(string key, out Value value);

    /// <summary>Members in the map's order.</summary>
    public abstract IEnumerable<KeyValuePair<string, Value>> Entries { get; }

    /// <summary>True when a template built this map: its members then count towards the size of a result.</summary>
    public virtual bool IsBuilt => false;
}

/// <summary>Members in insertion order: scanned while few, indexed on the first lookup when many.</summary>
internal sealed class EntryMap : MapValue
{
    private const int ScanLimit = 8;

    private readonly KeyValuePair<string, Value>[] _entries;
    private readonly int _depth;
    private Dictionary<string, int>? _index;

    private EntryMap(KeyValuePair<string, Value>[] entries)
    {
        _entries = entries;
        var depth = 0;
        foreach (var entry in entries)
        {
            depth = Math.Max(depth, entry.Value.AsStorage?.Depth ?? 0);
        }

        _depth = depth + 1;
    }

    public override long Count => _entries.Length;

    public override int Depth => _depth;

    public override bool IsBuilt => true;

    public override IEnumerable<KeyValuePair<string, Value>> Entries => _entries;

    /// <summary>Keeps the first place and the last value of a repeated key.</summary>
    public static EntryMap From(IEnumerable<KeyValuePair<string, Value>> members)
    {
        var entries = new List<KeyValuePair<string, Value>>(members.TryGetNonEnumeratedCount(out var count) ? count : 4);
        Dictionary<string, int>? places = null;
        foreach (var member in members)
        {
            var place = PlaceOf(member.Key);
            if (place >= 0)
            {
                entries[place] = member;
                continue;
            }

            places?.Add(member.Key, entries.Count);
            entries.Add(member);
        }

        return new EntryMap([.. entries]);

        int PlaceOf(string key)
        {
            if (entries.Count <= ScanLimit)
            {
                return entries.FindIndex(entry => entry.Key == key);
            }

            places ??= Index(entries);
            return places.TryGetValue(key, out var found) ? found : -1;
        }
    }

    public override bool TryGet(string key, out Value value)
    {
        var entries = _entries;
        if (entries.Length > ScanLimit)
        {
            return TryGetIndexed(key, out value);
        }

        foreach (ref readonly var entry in entries.AsSpan())
        {
            if (entry.Key == key)
            {
                value = entry.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    // Two threads may build the index at once; both build the same one.
    private bool TryGetIndexed(string key, out Value value)
    {
        var index = Volatile.Read(ref _index);
        if (index is null)
        {
            index = Index(_entries);
            Volatile.Write(ref _index, index);
        }

        var found = index.TryGetValue(key, out var place);
        value = found ? _entries[place].Value : default;
        return found;
    }

    private static Dictionary<string, int> Index(IReadOnlyList<KeyValuePair<string, Value>> entries)
    {
        var index = new Dictionary<string, int>(entries.Count, StringComparer.Ordinal);
        for (var place = 0; place < entries.Count; place++)
        {
            index[entries[place].Key] = place;
        }

        return index;
    }
}

internal sealed class DictionaryValue(IReadOnlyDictionary<string, Value> members) : MapValue
{
    public override long Count => members.Count;

    public override bool IsBuilt => true;

    public override IEnumerable<KeyValuePair<string, Value>> Entries => members;

    public override bool TryGet(string key, out Value value) => members.TryGetValue(key, out value);
}

/// <summary>
/// What stands under the name <c>headers</c>: a name that is not there as it is asked for is looked up in lower case, in which the names of HTTP headers are
/// kept. So it holds wherever such a map is read again from JSON: of an earlier result, of an iteration's, of variables.
/// </summary>
internal sealed class HeaderMap(MapValue members) : MapValue
{
    public const string Name = "headers";

    public override long Count => members.Count;

    public override int Depth => members.Depth;

    public override bool IsBuilt => members.IsBuilt;

    public MapValue Plain => members;

    public override IEnumerable<KeyValuePair<string, Value>> Entries => members.Entries;

    public override bool TryGet(string key, out Value value) => members.TryGet(key, out value) || members.TryGet(key.ToLowerInvariant(), out value);
}
