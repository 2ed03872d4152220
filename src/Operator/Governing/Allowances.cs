using System.Collections.Concurrent;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Governing;

namespace PlaybookOperator.Operator.Governing;

/// <summary>
/// What each execution may have executing at once, so that together they stay within the operator's limits and none starves: shares are max-min fair
/// among the executions of a namespace, then among all. Known where passes are made, so on the leader. Thread-safe.
/// </summary>
/// <param name="perNamespace">Places of one namespace.</param>
/// <param name="whole">Places of all; null: as many as the namespaces have.</param>
public sealed class Allowances(int perNamespace, int? whole)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ExecutionId, Demand> _demands = [];
    private readonly ConcurrentDictionary<ExecutionId, int> _narrowed = new();
    private volatile int _halvings;

    /// <summary>Called, outside any lock, for executions that may have more than before.</summary>
    public Action<ExecutionId>? Changed { get; set; }

    public Allowance Of(ExecutionId id) => new(_narrowed.TryGetValue(id, out var share) ? share : int.MaxValue, _halvings);

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
            grown = Divide();
        }

        foreach (var one in grown) Changed?.Invoke(one);
    }

    /// <summary>Memory is short, or no longer is.</summary>
    public void Halve(int times)
    {
        _halvings = times;
        List<ExecutionId> all;
        lock (_lock) all = [.. _demands.Keys];
        foreach (var one in all) Changed?.Invoke(one);
    }

    /// <summary>Divides the places anew; returns who may have more than before.</summary>
    private List<ExecutionId> Divide()
    {
        var shares = new Dictionary<ExecutionId, int>(_demands.Count);
        foreach (var space in _demands.GroupBy(pair => pair.Value.Namespace, StringComparer.Ordinal)) Divide([.. space.Select(pair => (pair.Key, pair.Value.Width))], perNamespace, shares);
        if (whole is { } places) Divide([.. shares.Select(pair => (pair.Key, pair.Value))], places, shares);
        var grown = new List<ExecutionId>();
        foreach (var id in _narrowed.Keys)
        {
            if (shares.TryGetValue(id, out var share) && share < _demands[id].Width) continue;
            _narrowed.TryRemove(id, out _);
            if (shares.ContainsKey(id)) grown.Add(id);
        }

        foreach (var (id, share) in shares.Where(pair => pair.Value < _demands[pair.Key].Width))
        {
            if (_narrowed.TryGetValue(id, out var before) && share > before) grown.Add(id);
            _narrowed[id] = share;
        }

        return grown;
    }

    private static void Divide(List<(ExecutionId Id, int Wants)> members, int places, Dictionary<ExecutionId, int> shares)
    {
        var parts = FairShares.Of(members.ConvertAll(member => member.Wants), places);
        for (var i = 0; i < parts.Length; i++) shares[members[i].Id] = parts[i];
    }

    private readonly record struct Demand(string Namespace, int Width);
}
