using System.Collections.Immutable;
using PlaybookOperator.Core.Executions.Deciding;

namespace PlaybookOperator.Core.Executions.Pools;

/// <summary>What one worker is handed: a fair part of what is left, within the window, the rate and the room.</summary>
internal sealed class LedgerGrants(LedgerDraft draft, PoolTurn turn)
{
    private readonly ImmutableArray<PoolGrant>.Builder _grants = ImmutableArray.CreateBuilder<PoolGrant>();
    private DateTimeOffset? _askAgainAt;

    public PoolAnswer Answer()
    {
        var place = draft.Members.FindIndex(member => member.Name == turn.Member);
        if (place < 0 || draft.IsDone) return new PoolAnswer { Leave = true, Stop = true };
        var slots = SlotsOf(place);
        var stop = draft.IsStopping || IsSurplus(place) || OthersComeFirst();
        if (turn.Heard is { } heard) _grants.AddRange(draft.LeasedSince(turn.Member, heard).Take(PoolRules.MaxGrants));
        if (!stop && slots > 0 && turn.Wants > 0 && _grants.Count == 0) Grant(slots);
        // One that still works is asked again, so that what it does is not lost. One that goes must not keep its place.
        var leave = stop && !draft.HasLease(turn.Member);
        if (leave) draft.Members.RemoveAt(place);
        else draft.Members[place] = draft.Members[place] with { Slots = slots };
        return new PoolAnswer
        {
            Grants = _grants.ToImmutable(),
            Slots = slots,
            Stop = stop,
            Leave = leave,
            AskAgainAt = _askAgainAt,
        };
    }

    /// <summary>
    /// One more than is wanted, when all others have been heard since it came. Otherwise it may be the successor of one that is gone, whose place is not
    /// free yet.
    /// </summary>
    private bool IsSurplus(int place) =>
        place >= Places && draft.Members.Take(Places).All(member => member.Until - draft.Settings.TimeToLive >= draft.Members[place].JoinedAt);

    /// <summary>In order: while an earlier iteration waits for its next attempt, later ones that were leased with it are given back.</summary>
    private bool OthersComeFirst() =>
        draft.Settings.IsSequential && draft.Returned.Count > 0 && draft.FirstLeased is { } first && draft.Returned[0].Lo < first;

    /// <summary>Workers that stay, whatever the window is now: one that has left does not come back when it is wider.</summary>
    private int Places => draft.Settings.IsSequential ? 1 : draft.Settings.PoolSize;

    private int Workers => draft.Settings.IsSequential ? 1 : Math.Max(1, Math.Min(draft.Settings.PoolSize, draft.Settings.MaxParallel));

    /// <summary>Its part of the window; the parts of all workers add up to the window.</summary>
    private int SlotsOf(int place)
    {
        if (place >= Workers) return 0;
        if (draft.Settings.IsSequential) return Math.Min(1, draft.Settings.MaxParallel);
        var (each, rest) = Math.DivRem(draft.Settings.MaxParallel, Workers);
        return each + (place < rest ? 1 : 0);
    }

    private void Grant(int slots)
    {
        // In order, one after the other: the next one is not known while one is under way.
        if (draft.Settings.IsSequential && draft.HasLeases) return;
        var budget = Math.Min(Math.Min(turn.Wants, PoolRules.MaxLease), draft.Settings.MaxStarts);
        // Towards the end in smaller parts, so that all workers end at about the same time.
        budget = Math.Min(budget, Math.Max(slots, (Left() + (2 * Workers) - 1) / (2 * Workers)));
        budget = GrantReturned(budget);
        if (MayGoOn()) GrantNew(budget);
    }

    /// <summary>Iterations that are not handed out.</summary>
    private long Left() => draft.IterationsIn(Math.Min(draft.Cursor, draft.Loop.Total), draft.Loop.Total) + draft.Returned.Sum(slice => draft.IterationsIn(slice.Lo, slice.Hi));

    private long GrantReturned(long budget)
    {
        for (var i = 0; i < draft.Returned.Count && budget > 0 && _grants.Count < PoolRules.MaxGrants;)
        {
            var slice = draft.Returned[i];
            if (slice.DueAt > draft.Now)
            {
                AskAgain(slice.DueAt.Value);
                if (draft.Settings.IsSequential) return 0;
                i++;
                continue;
            }

            // What may have cost a worker is given to one that has nothing else, and is given nothing else.
            var isSuspect = slice is { MaxIterations: 1, DueAt: null };
            if (isSuspect && (_grants.Count > 0 || draft.HasLease(turn.Member))) return 0;
            // What has been tried, or has cost a worker, stays the chunk that it was.
            var unit = slice is { AttemptsUsed: 0, Losses: 0, DueAt: null } ? draft.Narrow : draft.Unit;
            var most = unit < draft.Unit ? 1 : draft.IterationsIn(slice.Lo, slice.Hi);
            var count = Paced(Math.Min(slice.MaxIterations == 0 ? budget : Math.Min(budget, slice.MaxIterations), most));
            if (count == 0) return 0;
            var hi = Math.Min(slice.Hi, slice.Lo + (count * unit));
            if (hi == slice.Hi) draft.Returned.RemoveAt(i);
            else draft.Returned[i] = slice with { Lo = hi };
            _grants.Add(draft.Lease(turn.Member, slice with { Hi = hi }));
            budget -= count;
            if (isSuspect || draft.Settings.IsSequential) return 0;
        }

        return budget;
    }

    /// <summary>Whether there is room for more iterations that may come to wait.</summary>
    private bool MayGoOn()
    {
        if (draft.Returned.Count >= PoolRules.MaxReturned) return false;
        if (draft.Settings.IsSequential) return draft.Returned.Count == 0;
        return draft.Returned.Count(slice => slice.DueAt is not null) < 2L * draft.Settings.MaxParallel;
    }

    private void GrantNew(long budget)
    {
        while (budget > 0 && _grants.Count < PoolRules.MaxGrants)
        {
            var lo = draft.Loop.NextToRun(draft.Cursor);
            draft.Cursor = Math.Min(lo, draft.Loop.Total);
            if (lo >= draft.Loop.Total) return;
            var end = draft.Loop.EndToRun(lo, Math.Min(draft.Loop.Total, lo + (budget * draft.Unit)));
            // Smaller chunks than the worker knows of go one by one: then each is as large as its grant.
            var count = Paced(draft.Narrow < draft.Unit ? 1 : Math.Min(budget, draft.IterationsIn(lo, end)));
            if (count == 0) return;
            var hi = Math.Min(end, lo + (count * draft.Narrow));
            draft.Cursor = hi;
            _grants.Add(draft.Lease(turn.Member, new PoolSlice(lo, hi)));
            budget -= count;
        }
    }

    /// <summary>As many of these as the rate lets start now.</summary>
    private long Paced(long count)
    {
        if (draft.Settings.StartsPerSecond is not { } rate) return count;
        var due = draft.NextStartAt ?? draft.Loop.StartedAt;
        long started = 0;
        for (; started < count && due <= draft.Now; started++) due = LoopPace.After(due, draft.Now, rate);
        draft.NextStartAt = due;
        if (started < count) AskAgain(due);
        return started;
    }

    private void AskAgain(DateTimeOffset at) => _askAgainAt = _askAgainAt is { } already && already <= at ? already : at;
}
