using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Governing;
using PlaybookOperator.EventLog;

namespace PlaybookOperator.Operator.Governing;

/// <summary>
/// What each execution may have executing at once, so that together they stay within the operator's limits and none starves: shares are max-min fair
/// among the executions of a namespace, then among all. Known where passes are made, so on the leader, which writes down what it leaves each; the other
/// replicas, which serve workers too, go by that. Thread-safe.
/// </summary>
/// <param name="perNamespace">Places of one namespace.</param>
/// <param name="whole">Places of all; null: as many as the namespaces have.</param>
public sealed class Allowances(int perNamespace, int? whole)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ExecutionId, Demand> _demands = [];
    private Dictionary<ExecutionId, int> _shares = [];
    private Dictionary<string, long> _taken = [];
    private int _halvings;

    /// <summary>Called, outside any lock, for executions that may have more than before.</summary>
    public Action<ExecutionId>? Changed { get; set; }

    /// <summary>
    /// What an execution may have: its share, and what nobody else wants, since what it starts next is not known yet. Two that begin in the same moment
    /// may each count on what is free, until the next pass of either.
    /// </summary>
    public Allowance Of(ExecutionId id, string space)
    {
        lock (_lock)
        {
            var free = perNamespace - _taken.GetValueOrDefault(space);
            if (whole is { } places) free = Math.Min(free, places - _taken.Values.Sum());
            return new Allowance((int)Math.Max(1, _shares.GetValueOrDefault(id) + Math.Max(0, free)), _halvings);
        }
    }

    /// <summary>What the workers of an execution may have: by what is known here, else by what the leader has written down.</summary>
    public Allowance Of(ExecutionHeader execution)
    {
        lock (_lock)
            if (!_demands.ContainsKey(execution.Id) && execution.Allowance is { } told) return told with { Halvings = Math.Max(told.Halvings, _halvings) };
        return Of(execution.Id, execution.Namespace);
    }

    /// <summary>Tells how wide an execution would be if it were alone.</summary>
    /// <param name="width">0: it has ended.</param>
    public void Note(ExecutionId id, string space, int width)
    {
        List<ExecutionId> grown;
        lock (_lock)
        {
            if (_demands.TryGetValue(id, out var before) ? before.Width == width : width == 0) return;
            if (width == 0) _demands.Remove(id);
            else _demands[id] = new Demand(space, width);
            grown = Divide(changed: id, before.Width);
        }

        foreach (var one in grown) Changed?.Invoke(one);
    }

    /// <summary>Memory is short, or no longer is.</summary>
    public void Halve(int times)
    {
        List<ExecutionId> all;
        lock (_lock)
        {
            _halvings = times;
            all = [.. _demands.Keys];
        }

        foreach (var one in all) Changed?.Invoke(one);
    }

    /// <summary>Divides the places anew; returns who lacked some and has more than before.</summary>
    private List<ExecutionId> Divide(ExecutionId changed, int widthBefore)
    {
        var shares = new Dictionary<ExecutionId, int>(_demands.Count);
        foreach (var space in _demands.GroupBy(pair => pair.Value.Namespace, StringComparer.Ordinal)) Divide([.. space.Select(pair => (pair.Key, pair.Value.Width))], perNamespace, shares);
        if (whole is { } places) Divide([.. shares.Select(pair => (pair.Key, pair.Value))], places, shares);
        var grown = new List<ExecutionId>();
        foreach (var (id, before) in _shares)
        {
            var lacked = before < (id == changed ? widthBefore : _demands[id].Width);
            if (lacked && shares.TryGetValue(id, out var share) && share > before) grown.Add(id);
        }

        _shares = shares;
        _taken = _demands.GroupBy(pair => pair.Value.Namespace, StringComparer.Ordinal).ToDictionary(space => space.Key, space => space.Sum(pair => (long)shares[pair.Key]), StringComparer.Ordinal);
        return grown;
    }

    private static void Divide(List<(ExecutionId Id, int Wants)> members, int places, Dictionary<ExecutionId, int> shares)
    {
        var parts = FairShares.Of(members.ConvertAll(member => member.Wants), places);
        for (var i = 0; i < parts.Length; i++) shares[members[i].Id] = parts[i];
    }

    private readonly record struct Demand(string Namespace, int Width);
}
