using System.Text.Json;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Core.Tests.Simulation;

/// <summary>The shell around the decider, cut into steps: whoever drops the enumerator kills the operator there.</summary>
internal sealed class SimulatedOperator(World world)
{
    private const int MaxRounds = 100;

    private IEnumerator<bool>? _pass;

    /// <summary>The cache <c>execution_state</c>: what the last pass left. Null: nothing, or it was emptied.</summary>
    private ExecutionState? _cached;

    private Dictionary<long, IReadOnlyList<JsonElement?>> _loops = [];
    private Dictionary<WorkKey, JsonElement> _large = [];

    /// <summary>Goes one step on; true when a pass has ended.</summary>
    public bool Step()
    {
        _pass ??= Pass();
        if (_pass.MoveNext()) return false;
        _pass = null;
        return true;
    }

    public void Kill()
    {
        _pass = null;
        _cached = null;
    }

    /// <summary>Empties its cache, in the middle of a pass or between two.</summary>
    public void Forget() => _cached = null;

    private IEnumerator<bool> Pass()
    {
        _loops = [];
        _large = [];
        var intent = world.Intent;
        var jobs = world.Cluster.Observe();
        yield return true;
        var seen = world.Read(_cached);
        yield return true;
        for (var round = 0; ; round++)
        {
            var observed = new Observed { Intent = intent, Jobs = jobs, Claimed = seen.Claimed, LoopResults = _loops, LargeResults = _large, Allowance = world.Allowance };
            var now = world.Now;
            var decisions = world.Decide(seen.State, observed, now);
            if (round >= MaxRounds) world.Demand(false, $"deciding does not come to rest: {Describe(decisions)}");
            yield return true;
            if (decisions.Events.Count > 0)
            {
                if (Append(seen, decisions, observed, now) is { } folded) seen = folded;
                else
                {
                    jobs = world.Cluster.Observe();
                    yield return true;
                    seen = world.Read(seen.State);
                }
            }
            else if (decisions.NeedsMore) Load(decisions);
            else
            {
                foreach (var delivery in decisions.Stop)
                {
                    world.Stop(delivery);
                    yield return true;
                }

                foreach (var delivery in decisions.Start)
                {
                    world.Start(delivery);
                    yield return true;
                }

                _cached = seen.State.IsTerminal ? null : seen.State;
                yield break;
            }

            yield return true;
        }
    }

    /// <summary>What is known after the append; null when the log must be read again.</summary>
    private LogReading? Append(LogReading seen, Decisions decisions, Observed observed, DateTimeOffset now)
    {
        if (world.Log.Append(seen.Version, decisions) is not { } first) return null;
        if (first != seen.State.LastEventId + 1) return null;
        var state = seen.State.Apply(decisions.Events.Select((happened, i) => SimulatedLog.Number(happened, first - 1, i + 1)));
        var again = world.Decide(state, observed, now);
        if (again.Events.Count > 0) world.Demand(false, $"deciding again gives {Describe(again)}");
        return seen with { State = state, Version = seen.Version + 1 };
    }

    private static string Describe(Decisions decisions) =>
        $"{string.Join(", ", decisions.Events.Select(happened => $"{happened.Type} {happened.Step}"))}; needs results of {string.Join(", ", decisions.NeedsLoopResults)}, {string.Join(", ", decisions.NeedsLargeResults)}";

    private void Load(Decisions decisions)
    {
        foreach (var run in decisions.NeedsLoopResults) _loops[run] = world.Log.ResultsOf(run);
        foreach (var key in decisions.NeedsLargeResults) _large[key] = world.Log.ResultOf(key);
    }
}
