namespace PlaybookOperator.SampleApi;

/// <summary>Counts calls under way and the most there ever were. Thread-safe.</summary>
internal sealed class ConcurrencyProbe
{
    private readonly Lock _lock = new();
    private int _epoch;

    public int Started { get; private set; }

    public int Completed { get; private set; }

    public int Active { get; private set; }

    public int MaxActive { get; private set; }

    /// <summary>Gives the epoch to leave with, so that a call begun before a reset does not count after it.</summary>
    public int Enter()
    {
        lock (_lock)
        {
            Started++;
            Active++;
            MaxActive = Math.Max(MaxActive, Active);
            return _epoch;
        }
    }

    public void Leave(int epoch, bool completed)
    {
        lock (_lock)
        {
            if (epoch != _epoch) return;
            Active--;
            if (completed) Completed++;
        }
    }

    public void Reset()
    {
        lock (_lock)
        {
            _epoch++;
            Started = Completed = Active = MaxActive = 0;
        }
    }
}
