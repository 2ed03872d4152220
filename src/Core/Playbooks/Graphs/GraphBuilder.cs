using System.Collections.Frozen;
using System.Collections.Immutable;

namespace PlaybookOperator.Core.Playbooks.Graphs;

/// <summary>Finds back-edges and natural loops. Steps are numbers here, in the order of the document.</summary>
internal sealed class GraphBuilder
{
    private readonly string[] _names;
    private readonly int[][] _successors;
    private readonly Dominators _dominators;
    private readonly List<int>[] _before;
    private readonly List<int>[] _forward;

    public GraphBuilder(string start, IReadOnlyCollection<StepPlan> steps)
    {
        _names = [.. steps.Select(step => step.Name)];
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < _names.Length; i++) numbers[_names[i]] = i;
        _successors = [.. steps.Select(step => step.Successors.Where(numbers.ContainsKey).Select(name => numbers[name]).ToArray())];
        _dominators = new Dominators(numbers[start], _successors);
        _before = [.. _names.Select(_ => new List<int>())];
        for (var node = 0; node < _names.Length; node++)
        {
            foreach (var next in _successors[node].Where(_ => _dominators.IsReached(node))) _before[next].Add(node);
        }

        _forward = [.. _before.Select((before, node) => before.Where(from => !IsBackEdge(from, node)).ToList())];
    }

    public WorkflowGraph Build()
    {
        var reached = Enumerable.Range(0, _names.Length).Where(_dominators.IsReached).ToArray();
        var loops = FindLoops(reached);
        var loopsOf = reached.ToFrozenDictionary(
            node => _names[node], node => loops.Where(loop => loop.Members.Contains(_names[node])).ToImmutableArray(), StringComparer.Ordinal);
        return new WorkflowGraph
        {
            Steps = Names(reached),
            Predecessors = reached.ToFrozenDictionary(node => _names[node], node => Names(_forward[node]), StringComparer.Ordinal),
            Successors = reached.ToFrozenDictionary(node => _names[node], node => Names(_successors[node]), StringComparer.Ordinal),
            Loops = loops,
            LoopsOf = loopsOf,
            LoopsByHead = loops.ToFrozenDictionary(loop => loop.Head, StringComparer.Ordinal),
            Affects = AffectedBy(reached, loopsOf),
            Repeats = RepeatedBy(loops),
        };
    }

    private bool IsBackEdge(int from, int to) => _dominators.IsDominatedBy(from, to);

    private ImmutableArray<NaturalLoop> FindLoops(int[] reached)
    {
        var found = reached.Select(head => (Head: head, Sources: _before[head].Where(from => IsBackEdge(from, head)).ToArray()))
            .Where(loop => loop.Sources.Length > 0).Select(loop => LoopOf(loop.Head, loop.Sources)).ToList();
        var nested = ImmutableArray.CreateBuilder<NaturalLoop>();
        foreach (var loop in found.OrderBy(loop => loop.Members.Count))
            nested.Add(loop with { Inner = [.. nested.Where(inner => inner.Head != loop.Head && loop.Members.Contains(inner.Head))] });
        return nested.ToImmutable();
    }

    /// <summary>Walks back from the sources; the head ends the walk, since it dominates all of them.</summary>
    private NaturalLoop LoopOf(int head, int[] sources)
    {
        var members = new HashSet<int> { head };
        var open = new Stack<int>(sources);
        while (open.TryPop(out var node))
        {
            if (!members.Add(node)) continue;
            foreach (var before in _before[node]) open.Push(before);
        }

        return new NaturalLoop
        {
            Head = _names[head],
            Sources = Names(sources),
            Members = members.Select(node => _names[node]).ToFrozenSet(StringComparer.Ordinal),
            Edges = [.. members.Order().SelectMany(to => _forward[to].Where(members.Contains).Select(from => (_names[from], _names[to])))],
        };
    }

    private FrozenDictionary<string, ImmutableArray<int>> AffectedBy(int[] reached, FrozenDictionary<string, ImmutableArray<NaturalLoop>> loopsOf)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var node in reached) places[_names[node]] = places.Count;
        var exits = loopsOf.Values.SelectMany(loops => loops).Distinct().ToDictionary(loop => loop.Head, ExitsOf, StringComparer.Ordinal);
        return reached.ToFrozenDictionary(
            node => _names[node],
            node => Names(_successors[node]).Add(_names[node])
                .AddRange(loopsOf[_names[node]].SelectMany(loop => exits[loop.Head].Prepend(loop.Head)))
                .Distinct(StringComparer.Ordinal).Select(name => places[name]).ToImmutableArray(),
            StringComparer.Ordinal);
    }

    private FrozenSet<string> RepeatedBy(ImmutableArray<NaturalLoop> loops)
    {
        var repeated = new bool[_names.Length];
        var heads = loops.Select(loop => loop.Head).ToHashSet(StringComparer.Ordinal);
        var open = new Stack<int>(Enumerable.Range(0, _names.Length).Where(node => heads.Contains(_names[node])));
        while (open.TryPop(out var node))
        {
            if (repeated[node]) continue;
            repeated[node] = true;
            foreach (var next in _successors[node]) open.Push(next);
        }

        return Enumerable.Range(0, _names.Length).Where(node => repeated[node]).Select(node => _names[node]).ToFrozenSet(StringComparer.Ordinal);
    }

    private List<string> ExitsOf(NaturalLoop loop) =>
    [
        .. Enumerable.Range(0, _names.Length).Where(node => loop.Members.Contains(_names[node]))
            .SelectMany(node => _successors[node]).Select(node => _names[node]).Where(name => !loop.Members.Contains(name)).Distinct(StringComparer.Ordinal),
    ];

    private ImmutableArray<string> Names(IEnumerable<int> nodes) => [.. nodes.Select(node => _names[node])];
}
