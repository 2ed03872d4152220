using PlaybookOperator.Core.Playbooks.Graphs;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>
/// The newest runs, found without looking through all of them. A decision costs one look at every step; what follows from there costs only what changed.
/// </summary>
internal sealed class RunIndex
{
    private readonly WorkflowGraph _graph;
    /// <summary>Routes of a run that are looked through sooner than they are put in order.</summary>
    private const int FewRoutes = 8;

    private readonly Dictionary<long, string> _byId = [];
    private readonly Dictionary<long, Dictionary<string, List<Route>>> _routes = [];
    private readonly Dictionary<string, int> _waitedFor = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _settled = new(StringComparer.Ordinal);
    private readonly bool[] _changed;
    private readonly List<int> _held = [];
    private int _changedCount;
    private int _changedFrom;

    public RunIndex(WorkflowGraph graph, ExecutionState state)
    {
        _graph = graph;
        _changed = new bool[graph.Steps.Length];
        _changedCount = _changed.Length;
        Array.Fill(_changed, true);
        foreach (var (_, run) in state.Steps) Note(run);
    }

    /// <summary>Names of the steps that are not over, in their order.</summary>
    public SortedSet<string> Running { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of the steps whose failure nobody took up.</summary>
    public HashSet<string> Failed { get; } = new(StringComparer.Ordinal);

    /// <summary>Steps that may have become ready and have not been looked at since.</summary>
    public bool HasChanged => _changedCount > 0;

    public string? StepOf(long runId) => _byId.GetValueOrDefault(runId);

    /// <summary>The routes of a run that is over into a step, those that it owes first.</summary>
    public IReadOnlyList<Route> RoutesTo(StepRun run, string step)
    {
        var count = run.Owed.Length + run.Routes.Length;
        if (count == 0) return [];
        if (count <= FewRoutes) return run.RoutesTo(step);
        if (!_routes.TryGetValue(run.RunId, out var byTarget))
        {
            _routes[run.RunId] = byTarget = new(StringComparer.Ordinal);
            foreach (var route in run.Owed.Concat(run.Routes))
            {
                if (!byTarget.TryGetValue(route.Step, out var same)) byTarget[route.Step] = same = [];
                same.Add(route);
            }
        }

        return byTarget.TryGetValue(step, out var routes) ? routes : [];
    }

    /// <summary>The predecessor that the step was found to wait for, by its place; another place where that is not known.</summary>
    public int WaitedFor(string step, int otherwise) => _waitedFor.GetValueOrDefault(step, otherwise);

    public void WaitFor(string step, int place) => _waitedFor[step] = place;

    /// <summary>What was found out about a circle since the last change; null: nothing.</summary>
    public bool? KnownSettled(NaturalLoop loop) => _settled.TryGetValue(loop.Head, out var isSettled) ? isSettled : null;

    public bool KnowSettled(NaturalLoop loop, bool isSettled) => _settled[loop.Head] = isSettled;

    public void Change(StepRun run)
    {
        _settled.Clear();
        Note(run);
        foreach (var place in _held) Mark(place);
        _held.Clear();
        if (!_graph.Affects.TryGetValue(run.Step, out var affected)) return;
        foreach (var place in affected) Mark(place);
    }

    /// <summary>The step that was taken last waits for others far away: it is looked at again whatever changes.</summary>
    public void HoldLast() => _held.Add(_changedFrom);

    /// <summary>The next step to look at, in the order of the document; null when nothing has changed.</summary>
    public string? TakeChanged()
    {
        if (_changedCount == 0) return null;
        while (!_changed[_changedFrom]) _changedFrom++;
        _changed[_changedFrom] = false;
        _changedCount--;
        return _graph.Steps[_changedFrom];
    }

    private void Mark(int place)
    {
        if (_changed[place]) return;
        _changed[place] = true;
        _changedCount++;
        _changedFrom = Math.Min(_changedFrom, place);
    }

    private void Note(StepRun run)
    {
        _routes.Remove(run.RunId);
        _byId[run.RunId] = run.Step;
        if (run.IsOver) Running.Remove(run.Step);
        else Running.Add(run.Step);
        if (run is { Status: StepStatus.Failed, Handled: false }) Failed.Add(run.Step);
        else Failed.Remove(run.Step);
    }
}
