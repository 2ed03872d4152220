using PlaybookOperator.Core.Playbooks;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>
/// The newest runs, found without looking through all of them. A decision costs one look at every step; what follows from there costs only what changed.
/// </summary>
internal sealed class RunIndex
{
    private readonly Plan _plan;
    private readonly Dictionary<long, string> _byId = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly SortedSet<int> _changed = [];

    public RunIndex(Plan plan, ExecutionState state)
    {
        _plan = plan;
        for (var place = 0; place < plan.Steps.Length; place++)
        {
            _places[plan.Steps[place].Name] = place;
            _changed.Add(place);
        }

        foreach (var run in state.Steps.Values) Note(run);
    }

    /// <summary>Names of the steps that are not over, in their order.</summary>
    public SortedSet<string> Running { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of the steps whose failure nobody took up.</summary>
    public HashSet<string> Failed { get; } = new(StringComparer.Ordinal);

    /// <summary>Steps that may have become ready and have not been looked at since.</summary>
    public bool HasChanged => _changed.Count > 0;

    public string? StepOf(long runId) => _byId.GetValueOrDefault(runId);

    public void Change(StepRun run)
    {
        Note(run);
        if (!_plan.Graph.Affects.TryGetValue(run.Step, out var affected)) return;
        foreach (var name in affected) _changed.Add(_places[name]);
    }

    /// <summary>The next step to look at, in the order of the document.</summary>
    public StepPlan? TakeChanged()
    {
        if (_changed.Count == 0) return null;
        var place = _changed.Min;
        _changed.Remove(place);
        return _plan.Steps[place];
    }

    private void Note(StepRun run)
    {
        _byId[run.RunId] = run.Step;
        if (run.IsOver) Running.Remove(run.Step);
        else Running.Add(run.Step);
        if (run is { Status: StepStatus.Failed, Handled: false }) Failed.Add(run.Step);
        else Failed.Remove(run.Step);
    }
}
