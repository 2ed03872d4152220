namespace PlaybookOperator.Core.Playbooks.Graphs;

/// <summary>
/// The dominator tree of a graph by Cooper, Harvey and Kennedy's iteration over the reverse postorder. Nodes are numbers from 0; those that the root
/// does not reach have no dominator and dominate nothing.
/// </summary>
internal sealed class Dominators
{
    private const int None = -1;
    private readonly int[] _dominator;
    private readonly int[] _rank;
    private readonly int[] _depth;

    /// <param name="root">Where every way begins.</param>
    /// <param name="successors">For each node the nodes it has an edge to.</param>
    public Dominators(int root, IReadOnlyList<int[]> successors)
    {
        _dominator = new int[successors.Count];
        _rank = new int[successors.Count];
        _depth = new int[successors.Count];
        Array.Fill(_dominator, None);
        Array.Fill(_rank, None);
        Order = ReversePostorder(root, successors);
        for (var i = 0; i < Order.Count; i++) _rank[Order[i]] = i;
        Solve(root, PredecessorsOf(successors));
        foreach (var node in Order.Skip(1)) _depth[node] = _depth[_dominator[node]] + 1;
    }

    /// <summary>The nodes that the root reaches, each before those that it leads on to, back-edges aside.</summary>
    public IReadOnlyList<int> Order { get; }

    public bool IsReached(int node) => _rank[node] != None;

    /// <summary>Whether every way from the root to <paramref name="node"/> passes <paramref name="other"/>; a node dominates itself.</summary>
    public bool IsDominatedBy(int node, int other)
    {
        if (!IsReached(node) || !IsReached(other)) return false;
        while (_depth[node] > _depth[other]) node = _dominator[node];
        return node == other;
    }

    private void Solve(int root, List<int>[] predecessors)
    {
        _dominator[root] = root;
        bool changed;
        do
        {
            changed = false;
            foreach (var node in Order.Skip(1))
            {
                var common = None;
                foreach (var before in predecessors[node].Where(before => _dominator[before] != None))
                    common = common == None ? before : Intersect(before, common);
                changed |= _dominator[node] != common;
                _dominator[node] = common;
            }
        }
        while (changed);
    }

    private int Intersect(int left, int right)
    {
        while (left != right)
        {
            while (_rank[left] > _rank[right]) left = _dominator[left];
            while (_rank[right] > _rank[left]) right = _dominator[right];
        }

        return left;
    }

    private List<int>[] PredecessorsOf(IReadOnlyList<int[]> successors)
    {
        var predecessors = new List<int>[successors.Count];
        for (var node = 0; node < predecessors.Length; node++) predecessors[node] = [];
        foreach (var node in Order)
        {
            foreach (var next in successors[node]) predecessors[next].Add(node);
        }

        return predecessors;
    }

    /// <summary>Iterative, so that a long chain cannot exhaust the stack.</summary>
    private static List<int> ReversePostorder(int root, IReadOnlyList<int[]> successors)
    {
        var postorder = new List<int>();
        var seen = new bool[successors.Count];
        seen[root] = true;
        var path = new Stack<(int Node, int Next)>([(root, 0)]);
        while (path.TryPop(out var visit))
        {
            if (visit.Next == successors[visit.Node].Length)
            {
                postorder.Add(visit.Node);
                continue;
            }

            path.Push((visit.Node, visit.Next + 1));
            var child = successors[visit.Node][visit.Next];
            if (seen[child]) continue;
            seen[child] = true;
            path.Push((child, 0));
        }

        postorder.Reverse();
        return postorder;
    }
}
