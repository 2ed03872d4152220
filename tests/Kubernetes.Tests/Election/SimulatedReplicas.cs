using PlaybookOperator.Kubernetes.Election;
using PlaybookOperator.Testing;

namespace PlaybookOperator.Kubernetes.Tests.Election;

/// <summary>A time in which something is away; seconds of the simulation.</summary>
internal readonly record struct Outage(int From, int To)
{
    public bool Covers(int second) => From <= second && second < To;
}

/// <summary>What goes wrong in a simulated cluster: for all replicas alike, and for one.</summary>
internal sealed record Faults(List<Outage> Database, List<Outage> Server, List<Outage>[] OwnDatabase, List<Outage>[] OwnWatch, HashSet<int>[] Kills)
{
    public static Faults None(int replicas) => new([], [], Each(replicas), Each(replicas), [.. Enumerable.Range(0, replicas).Select(_ => new HashSet<int>())]);

    private static List<Outage>[] Each(int replicas) => [.. Enumerable.Range(0, replicas).Select(_ => new List<Outage>())];
}

/// <summary>Replicas of an operator, second by second: the rule, the clock and the book are the real ones, the lease and the rest a model.</summary>
internal sealed class SimulatedReplicas
{
    public const int LeaseSeconds = 15;
    public const int RenewDeadlineSeconds = 10;
    private const int RetrySeconds = 2;
    private readonly Random _random;
    private readonly Faults _faults;
    private readonly ManualTimeProvider _time = new();
    private readonly Dictionary<string, string> _board = new(StringComparer.Ordinal);
    private readonly Replica[] _replicas;
    private TimeSpan? _lastWait;
    private string _holder = "";
    private int _leaseVersion;

    public SimulatedReplicas(int replicas, Faults faults, Random random)
    {
        (_random, _faults) = (random, faults);
        _replicas = [.. Enumerable.Range(0, replicas).Select(i => new Replica(i, random.Next(0, 10)))];
    }

    public static ResignationRules Rules { get; } = new();

    public int Now { get; private set; }

    /// <summary>Who resigned when, and the seconds in which he truly lacked something while the one for whom he did truly had all.</summary>
    public List<(int At, string Who, int OwnSeconds)> Resignations { get; } = [];

    /// <summary>The most replicas that acted as leaders in one second.</summary>
    public int MostLeaders { get; private set; }

    /// <summary>The longest time for which a replica was truly ready, and none that was led.</summary>
    public int LongestWait { get; private set; }

    public void Run(int seconds)
    {
        var waiting = new int[_replicas.Length];
        for (var end = Now + seconds; Now < end; Now++)
        {
            foreach (var replica in _replicas) Step(replica);
            MostLeaders = Math.Max(MostLeaders, _replicas.Count(replica => replica.Acts(Now)));
            var isLed = _replicas.Any(replica => replica.Acts(Now) && IsTrulyReady(replica));
            foreach (var replica in _replicas)
            {
                replica.TrulyReady.Add(IsTrulyReady(replica));
                waiting[replica.Index] = isLed || !IsTrulyReady(replica) ? 0 : waiting[replica.Index] + 1;
                LongestWait = Math.Max(LongestWait, waiting[replica.Index]);
            }

            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private bool HasServer => !_faults.Server.Exists(outage => outage.Covers(Now));

    private bool HasDatabase(Replica replica) =>
        !_faults.Database.Exists(outage => outage.Covers(Now)) && !_faults.OwnDatabase[replica.Index].Exists(outage => outage.Covers(Now));

    private bool HasWatch(Replica replica) => HasServer && !_faults.OwnWatch[replica.Index].Exists(outage => outage.Covers(Now));

    private bool IsTrulyReady(Replica replica) => replica.IsUp && HasDatabase(replica) && HasWatch(replica);

    private void Step(Replica replica)
    {
        if (_faults.Kills[replica.Index].Contains(Now)) replica.End(Now + _random.Next(1, 25));
        if (Now < replica.DownUntil) return;
        if (!replica.IsUp) replica.Start(_time, Now);
        Look(replica);
        if (!replica.HasBegun)
        {
            // A replica stands for election once it has seen everything.
            replica.HasBegun = replica.KnowsDatabase && replica.KnowsWatch;
            if (!replica.HasBegun) return;
        }

        if (replica.StopsAt is { } stops) FinishResigning(replica, stops);
        else if ((Now + replica.Index) % RetrySeconds != 0) return;
        else if (replica.Leads) LeadOn(replica);
        else StandBy(replica);
    }

    // The database is asked every 5 s, and its silence is noticed up to 10 s later; watches fail within 2 s.
    private void Look(Replica replica)
    {
        if (replica.DatabaseKnownAt <= Now)
        {
            var isThere = HasDatabase(replica);
            if (isThere || !replica.KnowsDatabase || replica.IsTimingOut) replica.KnowsDatabase = isThere;
            replica.IsTimingOut = !isThere && replica.KnowsDatabase;
            replica.DatabaseKnownAt = Now + (replica.IsTimingOut ? _random.Next(0, 10) : 5);
        }

        if (HasWatch(replica) == replica.KnowsWatch) replica.WatchKnownAt = Now + _random.Next(0, 3);
        else if (replica.WatchKnownAt <= Now) replica.KnowsWatch = !replica.KnowsWatch;
        replica.Clock.Observe(replica.KnowsDatabase && replica.KnowsWatch);
    }

    private void LeadOn(Replica replica)
    {
        if (HasServer)
        {
            if (_holder != replica.Name)
            {
                replica.End(Now + _random.Next(1, 5));
                return;
            }

            _leaseVersion++;
            replica.RenewedAt = Now;
        }
        else if (Now - replica.RenewedAt >= RenewDeadlineSeconds)
        {
            replica.End(Now + _random.Next(1, 5));
            return;
        }

        if (!HasServer || replica.Clock.UnreadyFor is not { } unready) return;
        replica.Book.See(_board);
        var (led, calm) = (TimeSpan.FromSeconds(Now - replica.LedSince) - unready, replica.Clock.CalmBefore);
        var leader = new LeaderView(unready, led < calm ? led : calm, _lastWait);
        var verdict = Resignation.Decide(leader, replica.Book.Peers(replica.Name), Rules);
        if (!verdict.Resigns) return;
        _lastWait = verdict.Wait;
        var own = _replicas.Where(peer => verdict.Reason.Contains($"while {peer.Name} ", StringComparison.Ordinal)).Max(peer => OwnSeconds(replica, peer, unready));
        Resignations.Add((Now, replica.Name, own));
        replica.StopsAt = Now + _random.Next(0, 4);
    }

    private static int OwnSeconds(Replica leader, Replica peer, TimeSpan unready) => leader.TrulyReady.Zip(peer.TrulyReady)
        .Reverse().Take((int)unready.TotalSeconds + 15).Count(pair => !pair.First && pair.Second);

    private void FinishResigning(Replica replica, int stops)
    {
        if (Now < stops) return;
        if (HasServer && _holder == replica.Name) (_holder, _leaseVersion) = ("", _leaseVersion + 1);
        replica.End(Now + _random.Next(1, 5));
    }

    private void StandBy(Replica replica)
    {
        if (!HasServer) return;
        _board[replica.Name] = new ReplicaEntry(replica.Name, replica.Run, ++replica.Beat, replica.Clock.ReadyFor).ToString();
        if (replica.SeenVersion != _leaseVersion) (replica.SeenVersion, replica.SeenAt) = (_leaseVersion, Now);
        var headStart = replica.Clock.ReadyFor is null ? LeaseSeconds : 0;
        var unchanged = Now - replica.SeenAt;
        if (_holder.Length == 0 ? unchanged < headStart : unchanged <= LeaseSeconds + headStart) return;
        (_holder, _leaseVersion) = (replica.Name, _leaseVersion + 1);
        (replica.Leads, replica.LedSince, replica.RenewedAt) = (true, Now, Now);
        _board.Remove(replica.Name);
    }

    private sealed class Replica(int index, int startsAt)
    {
        private int _starts;

        public int Index => index;
        public string Name { get; } = $"replica-{index}";
        public string Run => $"run{_starts}";
        public int DownUntil { get; private set; } = startsAt;
        public bool IsUp { get; private set; }
        public bool HasBegun { get; set; }
        public bool KnowsDatabase { get; set; }
        public bool IsTimingOut { get; set; }
        public int DatabaseKnownAt { get; set; }
        public bool KnowsWatch { get; set; }
        public int WatchKnownAt { get; set; }
        public ReadinessClock Clock { get; private set; } = null!;
        public ReplicaBook Book { get; private set; } = null!;
        public long Beat { get; set; }
        public int SeenVersion { get; set; }
        public int SeenAt { get; set; }
        public bool Leads { get; set; }
        public int LedSince { get; set; }
        public int RenewedAt { get; set; }
        public int? StopsAt { get; set; }
        public List<bool> TrulyReady { get; } = [];

        /// <summary>Leads, or stops leading: it may act until the time that others wait for is over.</summary>
        public bool Acts(int now) => IsUp && Leads && now - RenewedAt < LeaseSeconds;

        public void Start(TimeProvider time, int now)
        {
            _starts++;
            (IsUp, HasBegun, Leads, StopsAt) = (true, false, false, null);
            (KnowsDatabase, KnowsWatch, IsTimingOut, DatabaseKnownAt, WatchKnownAt) = (false, false, false, now, now);
            (Clock, Book, Beat, SeenVersion, SeenAt) = (new ReadinessClock(time), new ReplicaBook(time), 0, -1, now);
        }

        public void End(int until) => (IsUp, DownUntil, Leads) = (false, until, false);
    }
}
