using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Deciding;
using PlaybookOperator.Core.Executions.Pools;
using PlaybookOperator.Core.Governing;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Core.Tests.Simulation;

/// <summary>Pods of pools: what they say is heard late, twice or never, and so are the answers.</summary>
internal sealed partial class World
{
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(2);

    private readonly List<PoolWord> _lateWords = [];

    public void Start(Delivery delivery)
    {
        if (!delivery.Key.IsPool)
        {
            Cluster.Start(delivery);
            return;
        }

        var loop = _generated.Plan.LoopOf(Log.State.FindRun(delivery.Key.RunId)?.Step);
        var running = Cluster.Pods.Count(pod => pod.RunId == delivery.Key.RunId);
        Cluster.Start(delivery, Math.Max(1, (loop?.PoolSize ?? 1) - running), Now);
    }

    private void Delete(Delivery delivery, bool podLingers)
    {
        if (!podLingers)
            foreach (var pod in Cluster.Pods.Where(pod => pod.Job.Delivery == delivery).ToList())
                if (Chance(50)) SayGoodbye(pod);
        Cluster.Delete(delivery, podLingers);
    }

    private void StepPod(SimulatedPod pod)
    {
        if (pod.FrozenUntil > Now) return;
        switch (_random.Next(100))
        {
            case < 4:
                Vanish(pod);
                break;
            case < 7:
                pod.FrozenUntil = Now + TimeSpan.FromSeconds(_random.Next(1, 20));
                break;
            case < 9:
                SayGoodbye(pod);
                Cluster.Exit(pod, Chance(50) ? JobPhase.Succeeded : JobPhase.Failed);
                break;
            case < 45:
                Work(pod, endsAll: false);
                break;
            default:
                if (pod.Word is null) Speak(pod);
                else Deliver(pod);
                break;
        }
    }

    /// <summary>Killed, or gone with its node; what it had to say may still be on its way.</summary>
    private void Vanish(SimulatedPod pod)
    {
        if (pod.Word is { } word && Chance(50)) _lateWords.Add(word);
        else if (pod.Word is null && Chance(30)) _lateWords.Add(NewWord(pod, wants: 3));
        if (Chance(25)) Delete(pod.Job.Delivery, podLingers: Chance(50));
        if (pod.End is null && Cluster.Pods.Contains(pod)) Cluster.Exit(pod, Chance(20) ? JobPhase.Succeeded : JobPhase.Failed);
    }

    /// <summary>Its last word repeats what it had under way.</summary>
    private void SayGoodbye(SimulatedPod pod)
    {
        var last = NewWord(pod, wants: 0);
        Hear(last with { Turn = last.Turn with { Leaves = true, Reports = [.. pod.Word?.Turn.Reports ?? [], .. last.Turn.Reports] } });
        if (pod.Word is { } late && Chance(50)) _lateWords.Add(late);
    }

    /// <summary>Fills its slots, and ends some of what runs.</summary>
    private void Work(SimulatedPod pod, bool endsAll)
    {
        do
        {
            while (!pod.IsPaused && pod.Running.Count < pod.Slots && pod.InHand.Count > 0)
            {
                pod.Running.Add(pod.InHand[0]);
                pod.InHand.RemoveAt(0);
                Cluster.Work();
                _laws.Check();
            }

            foreach (var one in pod.Running.ToList())
            {
                if (!endsAll && Chance(50)) continue;
                pod.Running.Remove(one);
                var report = NewReport(new Delivery(new WorkKey(pod.RunId, one.Index), one.Lease));
                pod.Reports.Add(report);
                if (MayEndLoop(report)) pod.IsPaused = true;
            }
        }
        while (endsAll && !pod.IsPaused && pod.Slots > 0 && pod.InHand.Count > 0);
    }

    private void Speak(SimulatedPod pod) => pod.Word = NewWord(pod, pod.IsStopped || pod.IsPaused ? 0 : _random.Next(7));

    private PoolWord NewWord(SimulatedPod pod, int wants)
    {
        List<LeasedIndex> returned = [];
        if (pod.IsStopped || Chance(3))
        {
            returned = [.. pod.InHand];
            pod.InHand.Clear();
        }

        var reports = pod.Reports.ToList();
        pod.Reports.Clear();
        var turn = new PoolTurn(pod.Name, reports)
        {
            Wants = wants,
            Heard = pod.Heard,
            Returned = [.. returned.Select(one => new PoolReturn(one.Lease, one.Index, one.End))],
        };
        return new PoolWord(pod.RunId, turn, SettingsOf(pod.RunId));
    }

    /// <summary>What was said is heard, perhaps twice. When the operator dies before it has answered, the same is said again.</summary>
    private void Deliver(SimulatedPod pod)
    {
        var word = pod.Word!;
        var answer = Hear(word);
        if (!_isCalm && Chance(15)) HearAgain(word);
        if (!_isCalm && Chance(8))
        {
            pod.Word = word with { Settings = SettingsOf(word.RunId) };
            return;
        }

        pod.Word = null;
        Obey(pod, answer);
    }

    private void HearAgain(PoolWord word)
    {
        Demand(Hear(word).Outcomes.All(outcome => outcome != IngestOutcome.Accepted), "a report counts twice");
        _lateWords.Add(word);
    }

    private PoolAnswer Hear(PoolWord word)
    {
        var answer = word.Settings is null ? SimulatedLog.LoopIsOver(word.Turn) : Log.Lease(word.Turn, word.Settings, Now);
        _laws.Check();
        return answer;
    }

    private void Obey(SimulatedPod pod, PoolAnswer answer)
    {
        pod.Slots = answer.Slots;
        foreach (var grant in answer.Grants)
        {
            pod.Heard = Math.Max(pod.Heard, grant.Lease);
            var unit = Log.State.Loops.GetValueOrDefault(pod.RunId)?.Chunk ?? 1;
            for (var index = grant.Lo; index < grant.Hi; index += unit) pod.InHand.Add(new LeasedIndex(grant.Lease, index, Math.Min(grant.Hi, index + unit)));
        }

        pod.IsStopped = answer.Stop;
        pod.IsPaused = answer.Stop || pod.Reports.Exists(MayEndLoop);
        if (answer.Leave && pod.InHand.Count + pod.Running.Count + pod.Reports.Count == 0) Cluster.Exit(pod, JobPhase.Succeeded);
    }

    /// <summary>As pods do: what may end the loop is told before anything else begins.</summary>
    private bool MayEndLoop(WorkReport report) =>
        report.Outcome == WorkOutcome.Failed
        || (_generated.Plan.LoopOf(Log.State.FindRun(report.RunId)?.Step)?.Mode == LoopMode.Sequential && (report.Outcome != WorkOutcome.Completed || report.Until == true));

    private PoolSettings? SettingsOf(long run) => Log.State.IsTerminal ? null : Decider.PoolSettingsOf(_generated.Plan, _facts, Log.State, run, Allowance, Now) is { } settings
        // Not every operator hears of it before it hears the next word.
        ? settings with { Gone = Chance(70) ? Cluster.LostPods : [] }
        : null;

    /// <summary>Some are there when calm comes, others are gone; of what is being stopped some stand still for ever, as a thread may that waits for a lock.</summary>
    private void CalmPods()
    {
        foreach (var pod in Cluster.Pods.ToList())
        {
            if (Chance(50)) Cluster.Exit(pod, JobPhase.Failed);
            else pod.FrozenUntil = StoppedAt is not null && _standing.Next(100) < 30 ? DateTimeOffset.MaxValue : default;
        }
    }

    /// <summary>Each pod says one word, hears the answer, and does all that it may.</summary>
    private void LetPodsWork()
    {
        foreach (var pod in Cluster.Pods.Where(pod => pod.Born < Now && pod.FrozenUntil <= Now).ToList())
        {
            if (pod.End is not null || !Cluster.Pods.Contains(pod)) continue;
            pod.Word ??= NewWord(pod, pod.IsStopped || pod.IsPaused ? 0 : 4);
            Deliver(pod);
            Work(pod, endsAll: true);
        }
    }
}
