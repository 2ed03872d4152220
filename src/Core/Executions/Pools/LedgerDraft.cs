using System.Collections.Immutable;
using PlaybookOperator.Core.Executions.Deciding;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Core.Executions.Pools;

/// <summary>A ledger in the making (see <see cref="PoolRules"/>).</summary>
internal sealed class LedgerDraft
{
    private readonly PoolLedger _before;
    private readonly Dictionary<int, LeaseDraft> _leases = [];
    private readonly List<PoolReport> _accepted = [];
    private readonly List<PoolReport> _lost = [];
    private long _done;

    public LedgerDraft(PoolLedger ledger, LoopState loop, PoolSettings settings, DateTimeOffset now)
    {
        (_before, Loop, Settings, Now) = (ledger, loop, settings, now);
        foreach (var lease in ledger.Leases) _leases.Add(lease.Id, new LeaseDraft(lease));
        (Cursor, Returned, Members, LastLease, NextStartAt) = (ledger.Cursor, [.. ledger.Returned], [.. ledger.Members], ledger.LastLease, ledger.NextStartAt);
        (_done, Failed, Stopped) = (loop.Done, loop.Failed, loop.Stopped);
    }

    public LoopState Loop { get; }

    public PoolSettings Settings { get; }

    public DateTimeOffset Now { get; }

    public long Cursor { get; set; }

    /// <summary>In order of index.</summary>
    public List<PoolSlice> Returned { get; }

    public List<PoolMember> Members { get; }

    public int LastLease { get; set; }

    public DateTimeOffset? NextStartAt { get; set; }

    public long Failed { get; private set; }

    public bool Stopped { get; private set; }

    /// <summary>Elements of one iteration, at most.</summary>
    public int Unit => Loop.Chunk ?? 1;

    /// <summary>Elements that a chunk may have which is handed out now; less than <see cref="Unit"/> while memory is short.</summary>
    public int Narrow => Loop.Chunk is null ? 1 : Math.Min(Unit, Settings.Chunk ?? Unit);

    public bool HasLeases => _leases.Count > 0;

    /// <summary>The lowest index that is leased; null: none is.</summary>
    public long? FirstLeased => _leases.Count == 0 ? null : _leases.Values.Min(lease => lease.First);

    public bool IsDone => _done >= Loop.Total;

    /// <summary>Nothing more may start.</summary>
    public bool IsStopping => !Settings.IsOpen || Stopped || Settings.Failures.IsExceeded(Failed, Loop.Total);

    public bool HasLease(string member) => _leases.Values.Any(lease => lease.Member == member);

    /// <summary>
    /// What is open of a worker's leases that are newer than the newest it knows of. It was told of them in an answer that never reached it: who does not
    /// know of its lease would hold it for ever.
    /// </summary>
    public IEnumerable<PoolGrant> LeasedSince(string member, int heard) =>
        from lease in _leases.Values
        where lease.Member == member && lease.Id > heard
        orderby lease.Id
        from part in lease.ToLease().Open
        select new PoolGrant(lease.Id, part.Lo, part.Hi, lease.AttemptsUsed);

    /// <summary>
    /// When nobody was heard for a while it is not the workers that were away: they get their time again. This is how a restarted operator finds its
    /// workers alive.
    /// </summary>
    public void MakeUpForSilence()
    {
        if (_before.HeardAt is not { } heard || Now - heard <= Settings.TimeToLive / 2) return;
        for (var i = 0; i < Members.Count; i++) Members[i] = Members[i] with { Until = Now + Settings.TimeToLive };
    }

    /// <summary>Takes in what one worker says.</summary>
    public IReadOnlyList<IngestOutcome> Hear(PoolTurn turn)
    {
        Meet(turn);
        var outcomes = new IngestOutcome[turn.Reports.Count];
        for (var i = 0; i < outcomes.Length; i++) outcomes[i] = Judge(turn.Member, turn.Reports[i]);
        foreach (var given in turn.Returned) TakeBack(turn.Member, given);
        if (turn.Leaves)
            foreach (var lease in LeasesOf(turn.Member)) TakeBack(lease, 0, long.MaxValue);
        return outcomes;
    }

    /// <summary>Hands out again what workers had that are silent, or are known to be gone.</summary>
    public void LoseSilent()
    {
        foreach (var member in Members.Where(member => member.Until < Now || Settings.Gone.Contains(member.Name)).ToList())
        {
            Members.Remove(member);
            var leases = LeasesOf(member.Name);
            // Only of what a worker had alone can be said that it was lost with it.
            var isAlone = leases.Sum(lease => lease.ToLease().Open.Sum(part => IterationsIn(part.Lo, part.Hi))) == 1;
            foreach (var lease in leases) Lose(lease, isAlone);
        }
    }

    /// <summary>Makes a lease of a range that is in no other place any more.</summary>
    public PoolGrant Lease(string member, PoolSlice slice)
    {
        var id = ++LastLease;
        _leases.Add(id, new LeaseDraft(new PoolLease(id, member, [new IndexRange(slice.Lo, slice.Hi)], slice.Losses, slice.AttemptsUsed)));
        return new PoolGrant(id, slice.Lo, slice.Hi, slice.AttemptsUsed);
    }

    /// <summary>The iterations that a range holds.</summary>
    public long IterationsIn(long lo, long hi) => (hi - lo + Unit - 1) / Unit;

    public PoolStep ToStep(IReadOnlyList<PoolAnswer> answers) => new(
        _before with
        {
            Cursor = Cursor,
            Returned = [.. Returned],
            Leases = [.. _leases.Values.OrderBy(lease => lease.Id).Select(lease => lease.ToLease())],
            Members = [.. Members],
            LastLease = LastLease,
            HeardAt = Now,
            NextStartAt = NextStartAt,
        },
        answers,
        _accepted,
        _lost);

    private List<LeaseDraft> LeasesOf(string member) => [.. _leases.Values.Where(lease => lease.Member == member)];

    private void Meet(PoolTurn turn)
    {
        var place = Members.FindIndex(member => member.Name == turn.Member);
        if (turn.Leaves)
        {
            if (place >= 0) Members.RemoveAt(place);
            return;
        }

        if (place >= 0) Members[place] = Members[place] with { Until = Now + Settings.TimeToLive };
        else Members.Add(new PoolMember(turn.Member, Now + Settings.TimeToLive, Now));
    }

    private IngestOutcome Judge(string member, WorkReport report)
    {
        var index = report.Index;
        if (index < 0 || index >= Loop.Total) return IngestOutcome.Unknown;
        if (!_leases.TryGetValue(report.Fence, out var lease) || lease.Member != member || !lease.Contains(index)) return Refuse(index);
        if (lease.SizeAt(index, Unit) is not { } size) return IngestOutcome.Unknown;
        lease.Remove(index, index + size);
        if (lease.IsEmpty) _leases.Remove(lease.Id);
        _accepted.Add(Sized(report, size));
        switch (report.Outcome)
        {
            case WorkOutcome.Waiting:
                Return(new PoolSlice(index, index + size, MaxIterations: 1, AttemptsUsed: report.Attempt, DueAt: report.NextAt ?? Now));
                break;
            case WorkOutcome.Failed:
                (_done, Failed) = (_done + size, Failed + size);
                break;
            default:
                (_done, Stopped) = (_done + size, Stopped || report.Until == true);
                break;
        }

        return IngestOutcome.Accepted;
    }

    private IngestOutcome Refuse(long index)
    {
        if (index >= Cursor) return IngestOutcome.Unknown;
        var isOpen = Returned.Any(slice => slice.Lo <= index && index < slice.Hi) || _leases.Values.Any(lease => lease.Contains(index));
        return isOpen ? IngestOutcome.Stale : IngestOutcome.Duplicate;
    }

    private void TakeBack(string member, PoolReturn given)
    {
        if (_leases.TryGetValue(given.Lease, out var lease) && lease.Member == member) TakeBack(lease, given.Lo, given.Hi);
    }

    /// <summary>What was not started comes back as it was.</summary>
    private void TakeBack(LeaseDraft lease, long lo, long hi)
    {
        foreach (var part in lease.Take(lo, hi))
            Return(new PoolSlice(part.Lo, part.Hi, Losses: lease.Losses, MaxIterations: lease.Losses > 0 ? 1 : 0, AttemptsUsed: lease.AttemptsUsed));
        if (lease.IsEmpty) _leases.Remove(lease.Id);
    }

    /// <summary>A lost lease is handed out again in halves, until an iteration that kills its worker stands alone.</summary>
    private void Lose(LeaseDraft lease, bool isAlone)
    {
        _leases.Remove(lease.Id);
        var parts = lease.Take(0, long.MaxValue);
        var count = parts.Sum(part => IterationsIn(part.Lo, part.Hi));
        var losses = (count, isAlone) switch { (1, true) => lease.Losses + 1, (1, false) => lease.Losses, _ => 0 };
        if (losses >= DeliveryRules.MaxDeliveries)
        {
            GiveUp(lease, parts[0]);
            return;
        }

        foreach (var part in parts)
            Return(new PoolSlice(part.Lo, part.Hi, (int)Math.Min(PoolRules.MaxLease, (count + 1) / 2), losses, lease.AttemptsUsed));
    }

    private void GiveUp(LeaseDraft lease, IndexRange iteration)
    {
        var message = $"The worker was lost {DeliveryRules.MaxDeliveries} times.";
        var report = new WorkReport
        {
            RunId = Loop.RunId,
            Index = iteration.Lo,
            Fence = lease.Id,
            Outcome = WorkOutcome.Failed,
            Attempt = lease.AttemptsUsed + 1,
            Error = new WorkError(WorkErrorKind.WorkerLost, message),
        };
        var size = (int)(iteration.Hi - iteration.Lo);
        _lost.Add(Sized(report, size));
        (_done, Failed) = (_done + size, Failed + size);
    }

    private PoolReport Sized(WorkReport report, int size) => new(report, Loop.Chunk is null ? null : size);

    private void Return(PoolSlice slice)
    {
        var place = Returned.FindIndex(other => other.Lo > slice.Lo);
        if (place < 0) place = Returned.Count;
        // Neighbours that came back untouched become one again, so that a pool which is stopped and resumed does not crumble.
        if (place > 0 && Returned[place - 1] is var before && before.Hi == slice.Lo && IsPlain(before) && IsPlain(slice)) Returned[place - 1] = before with { Hi = slice.Hi };
        else Returned.Insert(place, slice);
    }

    private static bool IsPlain(PoolSlice slice) => slice is { MaxIterations: 0, Losses: 0, AttemptsUsed: 0, DueAt: null };

    /// <summary>A lease whose open parts change.</summary>
    private sealed class LeaseDraft(PoolLease lease)
    {
        private readonly List<IndexRange> _open = [.. lease.Open];

        public int Id => lease.Id;

        public string Member => lease.Member;

        public int Losses => lease.Losses;

        public int AttemptsUsed => lease.AttemptsUsed;

        public long First => _open[0].Lo;

        public bool IsEmpty => _open.Count == 0;

        public bool Contains(long index) => _open.Exists(part => part.Lo <= index && index < part.Hi);

        /// <summary>
        /// Elements of the iteration that begins at an open index; null: none begins there. Chunks are counted from where their part was handed out: what
        /// is cut out of a part later are whole ones.
        /// </summary>
        public int? SizeAt(long index, int unit)
        {
            var part = _open.Find(part => part.Lo <= index && index < part.Hi);
            return (index - part.Lo) % unit == 0 ? (int)Math.Min(unit, part.Hi - index) : null;
        }

        /// <summary>What is open without a gap.</summary>
        public void Remove(long lo, long hi) => Cut(_open.FindIndex(part => part.Lo <= lo && hi <= part.Hi), lo, hi);

        /// <summary>Removes what is open between two indexes and returns it.</summary>
        public List<IndexRange> Take(long lo, long hi)
        {
            var taken = new List<IndexRange>();
            for (var i = _open.Count - 1; i >= 0; i--)
            {
                var part = new IndexRange(Math.Max(lo, _open[i].Lo), Math.Min(hi, _open[i].Hi));
                if (part.Lo >= part.Hi) continue;
                taken.Insert(0, part);
                Cut(i, part.Lo, part.Hi);
            }

            return taken;
        }

        public PoolLease ToLease() => lease with { Open = [.. _open] };

        private void Cut(int place, long lo, long hi)
        {
            var part = _open[place];
            if (part.Lo == lo && part.Hi == hi) _open.RemoveAt(place);
            else if (part.Lo == lo) _open[place] = part with { Lo = hi };
            else _open[place] = part with { Hi = lo };
            if (part.Lo < lo && hi < part.Hi) _open.Insert(place + 1, new IndexRange(hi, part.Hi));
        }
    }
}
