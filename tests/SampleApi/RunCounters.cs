namespace PlaybookOperator.SampleApi;

/// <summary>Counters of one run. Thread-safe.</summary>
internal sealed class RunCounters(TimeProvider time)
{
    private const int MaxNames = 100_000;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _visits = [];
    private readonly Dictionary<string, (long Second, int Count)> _windows = [];

    public ConcurrencyProbe Probe { get; } = new();

    /// <summary>How often this was called with that name, this time included.</summary>
    public int Visit(string name)
    {
        lock (_lock)
        {
            if (_visits.Count >= MaxNames) _visits.Clear();
            return _visits[name] = _visits.GetValueOrDefault(name) + 1;
        }
    }

    public int Visits(string name)
    {
        lock (_lock) return _visits.GetValueOrDefault(name);
    }

    /// <summary>Forgets every name that begins so.</summary>
    public void Forget(string prefix)
    {
        lock (_lock)
        {
            foreach (var name in _visits.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).ToList()) _visits.Remove(name);
        }
    }

    /// <summary>False when more than <paramref name="perSecond"/> came in this second of the clock.</summary>
    public bool Admit(string name, int perSecond)
    {
        var second = time.GetUtcNow().ToUnixTimeSeconds();
        lock (_lock)
        {
            var (last, count) = _windows.GetValueOrDefault(name);
            count = last == second ? count + 1 : 1;
            _windows[name] = (second, count);
            return count <= perSecond;
        }
    }
}
