namespace PlaybookOperator.Operator.Workers;

/// <summary>
/// How much of workers' requests this replica has in hand at once, in number and in bytes. What comes beyond is turned away before its body is read, so
/// that a slow database makes workers wait where they are, with their results, and nothing grows here. Thread-safe.
/// </summary>
/// <param name="maxRequests">Requests at once.</param>
/// <param name="maxBytes">Bytes of their bodies; one that is larger by itself is let in when it is alone.</param>
internal sealed class WorkerAdmission(int maxRequests, long maxBytes)
{
    private readonly Lock _lock = new();
    private int _requests;
    private long _bytes;

    /// <summary>Null: come again.</summary>
    public Place? TryEnter(long bytes)
    {
        lock (_lock)
        {
            if (_requests >= maxRequests || (_requests > 0 && _bytes + bytes > maxBytes)) return null;
            _requests++;
            _bytes += bytes;
            return new Place(this, bytes);
        }
    }

    private void Leave(long bytes)
    {
        lock (_lock)
        {
            _requests--;
            _bytes -= bytes;
        }
    }

    /// <summary>Held while the request is worked on.</summary>
    public sealed class Place(WorkerAdmission admission, long bytes) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) admission.Leave(bytes);
        }
    }
}
