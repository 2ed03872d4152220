namespace PlaybookOperator.Kubernetes.Election;

/// <summary>
/// When each replica was last heard, by the clock of the one who listens: an entry counts as heard when it changed between two looks.
/// Not thread-safe.
/// </summary>
public sealed class ReplicaBook(TimeProvider time)
{
    /// <summary>More entries than this are never kept; those unheard for longest go first.</summary>
    public const int MaxEntries = 32;

    private readonly Dictionary<string, Heard> _known = new(StringComparer.Ordinal);
    private long? _lookedAt;

    /// <summary>Notes what is written now, by key; what cannot be read counts as never heard.</summary>
    public void See(IReadOnlyDictionary<string, string> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var now = time.GetTimestamp();
        foreach (var gone in _known.Keys.Where(key => !entries.ContainsKey(key)).ToList()) _known.Remove(gone);
        foreach (var (key, text) in entries)
        {
            if (_known.TryGetValue(key, out var known) && known.Text == text) continue;
            // It was written after the look before this one: that is how old it may be. At the first look nobody can tell.
            _known[key] = new Heard(text, ReplicaEntry.TryParse(text), _lookedAt, now);
        }

        _lookedAt = now;
    }

    /// <summary>The replicas of this moment, without that of <paramref name="own"/> identity.</summary>
    public IReadOnlyList<PeerView> Peers(string own) =>
    [
        .. from heard in _known.Values
           where heard.Entry is { } entry && entry.Identity != own
           let entry = heard.Entry!.Value
           select new PeerView(entry.Identity, entry.ReadyFor, heard.NotBefore is { } since ? time.GetElapsedTime(since) : null),
    ];

    /// <summary>The keys of entries to be removed: unchanged for <paramref name="limit"/>, or too many.</summary>
    public IReadOnlyList<string> Stale(TimeSpan limit)
    {
        var byAge = _known.OrderBy(pair => time.GetElapsedTime(pair.Value.SeenAt)).ToList();
        return [.. byAge.Where((pair, place) => place >= MaxEntries || time.GetElapsedTime(pair.Value.SeenAt) > limit).Select(pair => pair.Key)];
    }

    private sealed record Heard(string Text, ReplicaEntry? Entry, long? NotBefore, long SeenAt);
}
