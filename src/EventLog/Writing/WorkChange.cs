using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.EventLog.Writing;

/// <summary>
/// What a decider's batch does to one row of open work, whether the row is there or not: first it goes (<see cref="Ends"/>), then what is
/// there changes (<see cref="Losses"/>, <see cref="AttemptsUsed"/>, <see cref="NextAt"/>), then it is opened (<see cref="Opened"/>).
/// </summary>
internal sealed record WorkChange(WorkKey Key)
{
    private const int Unchanged = -1;

    /// <summary>The row is deleted.</summary>
    public bool Ends { get; private init; }

    /// <summary>The row as it is when there was none; null when the batch opens nothing.</summary>
    public OpenWork? Opened { get; private init; }

    /// <summary>What is added to the losses of a row that is there.</summary>
    public int Losses { get; private init; }

    /// <summary>Set on a row that is there; null leaves it.</summary>
    public int? AttemptsUsed { get; private init; }

    public DateTimeOffset? NextAt { get; private init; }

    /// <summary>Whether a row that is there needs more than being opened again.</summary>
    public bool Changes { get; private init; }

    public static IReadOnlyList<WorkChange> Of(IReadOnlyList<ExecutionEvent> events)
    {
        var changes = new SortedDictionary<WorkKey, WorkChange>();
        foreach (var happened in events)
        {
            if (happened.Work is not { } key) continue;
            changes[key] = (changes.GetValueOrDefault(key) ?? new WorkChange(key)).After(happened);
        }

        return [.. changes.Values];
    }

    private WorkChange After(ExecutionEvent happened)
    {
        var opened = OpenWork.Apply(Opened, happened);
        // A stand-in for the row that may be there: what happens to it is what must be added to that row.
        var present = OpenWork.Apply(new OpenWork(Key, Fence: 0, Losses, AttemptsUsed ?? Unchanged, NextAt), happened);
        if (present is null) return new WorkChange(Key) { Ends = true };
        return this with
        {
            Opened = opened,
            Losses = present.Losses,
            AttemptsUsed = present.AttemptsUsed == Unchanged ? null : present.AttemptsUsed,
            NextAt = present.NextAt,
            Changes = present.Losses > 0 || present.AttemptsUsed != Unchanged || present.NextAt is not null,
        };
    }
}
