using System.Globalization;

namespace PlaybookOperator.Kubernetes.Election;

/// <summary>
/// The rule by which a leader that is not ready resigns. It does so for a cause of its own only: while it lacked something, another
/// replica had all of it. Pure.
/// </summary>
public static class Resignation
{
    /// <summary>Decides for a leader, given the other replicas that have been heard.</summary>
    public static ResignationVerdict Decide(in LeaderView leader, IReadOnlyList<PeerView> peers, ResignationRules rules)
    {
        ArgumentNullException.ThrowIfNull(peers);
        ArgumentNullException.ThrowIfNull(rules);
        var wait = Wait(leader, rules);
        if (rules.After <= TimeSpan.Zero) return new(false, "resigning is switched off", wait);
        if (leader.UnreadyFor is not { } unready) return new(false, "it is ready", wait);
        if (unready < wait) return new(false, $"it waits {Seconds(wait)} for its trouble to pass", wait);
        foreach (var peer in peers)
        {
            if (HadAllOfIt(peer, unready, wait, rules))
                return new(true, $"not ready for {Seconds(unready)}, while {peer.Identity} has been for {Seconds(peer.ReadyFor!.Value)}", wait);
        }

        return new(false, $"no other replica has been ready for {Seconds(wait)}", wait);
    }

    // Twice as long as the leader who resigned shortly before: replicas that fail by turns hand the lease on less and less often.
    private static TimeSpan Wait(in LeaderView leader, ResignationRules rules)
    {
        if (leader.LastWait is not { } last || leader.Calm >= last * rules.CalmFactor) return rules.After;
        var doubled = last * 2;
        var longest = rules.After * rules.MaxFactor;
        return doubled < rules.After ? rules.After : doubled > longest ? longest : doubled;
    }

    // What the other said was true at the latest a detection lag before it was last heard. That moment must lie within the leader's
    // trouble: else both may suffer from one cause that the other has not noticed yet.
    private static bool HadAllOfIt(in PeerView peer, TimeSpan unready, TimeSpan wait, ResignationRules rules) =>
        peer.ReadyFor >= wait && peer.UnheardFor <= rules.Freshness && unready > peer.UnheardFor + rules.DetectionLag;

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s");
}
