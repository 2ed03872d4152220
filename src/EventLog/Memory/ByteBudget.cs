namespace PlaybookOperator.EventLog.Memory;

/// <summary>A bound on bytes that many share. Thread-safe.</summary>
internal sealed class ByteBudget(long limit)
{
    private long _taken;
    private long _refused;

    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>What a reader is told about a value that found no room.</summary>
    public string Refusal { get; } = $"The result was not kept: the log in memory holds at most {limit} bytes of results.";

    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= limit) return true;
        Interlocked.Add(ref _taken, -bytes);
        Interlocked.Increment(ref _refused);
        return false;
    }

    public void Release(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
