namespace PlaybookOperator.SampleApi;

/// <summary>One request as it came in.</summary>
/// <param name="Query">With its question mark, or empty.</param>
internal sealed record LoggedRequest(string Method, string Path, string Query, DateTimeOffset Time, string RunKey);

/// <summary>The newest requests, oldest first. Thread-safe.</summary>
internal sealed class RequestLog
{
    public const int Capacity = 20_000;
    private readonly Lock _lock = new();
    private readonly Queue<LoggedRequest> _requests = new();

    public void Add(LoggedRequest request)
    {
        lock (_lock)
        {
            if (_requests.Count == Capacity) _requests.Dequeue();
            _requests.Enqueue(request);
        }
    }

    /// <summary>Those of one run, or all when <paramref name="runKey"/> is null.</summary>
    public IReadOnlyList<LoggedRequest> Read(string? runKey)
    {
        lock (_lock) return [.. _requests.Where(request => runKey is null || request.RunKey == runKey)];
    }

    public int Clear(string? runKey)
    {
        lock (_lock)
        {
            var kept = runKey is null ? [] : _requests.Where(request => request.RunKey != runKey).ToList();
            var removed = _requests.Count - kept.Count;
            _requests.Clear();
            foreach (var request in kept) _requests.Enqueue(request);
            return removed;
        }
    }
}
