namespace PlaybookOperator.Core.Executions;

/// <summary>
/// What a worker is asked to do, within one execution: one iteration of a loop (<paramref name="Index"/> from 0),
/// or the call of a step outside loops (<see cref="Call"/>).
/// </summary>
/// <param name="RunId">
/// The run of the step: the <c>event_id</c> of its <c>step.started</c>. Inside a batch that is not yet appended a negative value −n names
/// the n-th event (from 1) of that batch; the log replaces it when it numbers the events.
/// </param>
/// <param name="Index">0-based iteration index, or −1 for a call outside loops.</param>
public readonly record struct WorkKey(long RunId, long Index) : IComparable<WorkKey>
{
    /// <summary>The index of a call that belongs to no loop.</summary>
    public const long Call = -1;

    /// <summary>In a <see cref="Delivery"/> the index of the pool of a loop: workers that ask for iterations as they go.</summary>
    public const long Pool = -2;

    /// <summary>The id of a run's work that tools get as idempotency key; of an iteration its index follows.</summary>
    public static string IterationId(ExecutionId execution, long runId) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{execution}-{runId}");

    public bool IsCall => Index == Call;

    public bool IsPool => Index == Pool;

    public int CompareTo(WorkKey other)
    {
        var byRun = RunId.CompareTo(other.RunId);
        return byRun != 0 ? byRun : Index.CompareTo(other.Index);
    }

    public static bool operator <(WorkKey left, WorkKey right) => left.CompareTo(right) < 0;

    public static bool operator >(WorkKey left, WorkKey right) => left.CompareTo(right) > 0;

    public static bool operator <=(WorkKey left, WorkKey right) => left.CompareTo(right) <= 0;

    public static bool operator >=(WorkKey left, WorkKey right) => left.CompareTo(right) >= 0;
}
