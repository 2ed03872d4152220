using System.Text.Json;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>The names that templates see where the operator evaluates. Values are built when first read.</summary>
internal sealed class Scope(Draft draft, StepRun run) : IVariables
{
    private static readonly string[] s_errorMembers = ["kind", "message", "status", "code", "retryable"];

    private readonly Dictionary<string, Value> _values = new(StringComparer.Ordinal);

    /// <summary>Members of the workload that could not be rendered, once it has been read.</summary>
    private Dictionary<string, TemplateError>? _broken;

    public IEnumerable<string> Names =>
        ContextNames.All.Where(name => name != ContextNames.Secret).Concat(draft.Plan.ByName.Keys).Concat(_values.Keys).Distinct(StringComparer.Ordinal);

    public bool TryGet(string name, out Value value)
    {
        if (_values.TryGetValue(name, out value)) return true;
        if (Find(name) is not { } found) return false;
        _values[name] = value = found;
        return true;
    }

    public Scope Set(string name, Value value)
    {
        _values[name] = value;
        return this;
    }

    /// <summary>What templates read from here on as the step's result, under either name.</summary>
    public void ReplaceResult(Value result) => Set("result", result).Set(run.Step, result);

    /// <summary>
    /// Whether everything that these references read is at hand. What is not is asked for: results of loops and results stored by reference are
    /// only loaded when a template names them.
    /// </summary>
    public bool Has(IEnumerable<TemplateReference> references)
    {
        var complete = true;
        foreach (var reference in draft.Plan.Workload.WithMembers(references)) complete &= Has(reference);
        return complete;
    }

    private bool Has(TemplateReference reference)
    {
        var isOwn = run.CallEnded && (reference.Root == "result" || CallScope.IsOfCall(reference.Root, Task));
        var named = isOwn ? run : draft.State.Steps.GetValueOrDefault(reference.Root)?.Visible;
        if (named is null) return true;
        var readsResults = reference.Path.Count == 0 || reference.Path[0] == "results";
        if (named.IsLoop)
        {
            if (!readsResults || !named.CallEnded || draft.Observed.LoopResults.ContainsKey(named.RunId)) return true;
            draft.NeedLoopResults(named.RunId);
            return false;
        }

        var key = new WorkKey(named.RunId, WorkKey.Call);
        if (named.ResultBytes is null || draft.Observed.LargeResults.ContainsKey(key)) return true;
        draft.NeedLargeResult(key);
        return false;
    }

    /// <summary>What is wrong, where a member of the workload that these references read is itself wrong, and so looks undefined.</summary>
    public TemplateError Explain(TemplateError error, IEnumerable<TemplateReference> references) => references
        .Where(reference => reference.Root == "workload" && reference.Path.Count > 0)
        .Select(reference => _broken?.GetValueOrDefault(reference.Path[0]) is { } broken ? broken with { Message = $"workload.{reference.Path[0]}: {broken.Message}" } : null)
        .FirstOrDefault(broken => broken is not null) ?? error;

    /// <summary>What applies here; else the step of that name, or null where it has no result; else the null of a name that does not apply.</summary>
    private Value? Find(string name) => Applying(name) ?? OfStep(name) ?? Absent(name);

    private Value? Absent(string name)
    {
        // Without pages there is one.
        if (name == "page" && Task is not null) return Value.From(1L);
        return ContextNames.Absent.TryGet(name, out var absent) ? absent : OfPlaybook(name);
    }

    private Value? Applying(string name) => name switch
    {
        "workload" => Workload(),
        "vars" => Value.Map([.. draft.State.Vars.Select(pair => KeyValuePair.Create(pair.Key, Value.FromJson(pair.Value)))]),
        "args" => (run.Response.Member("args") ?? run.Args) is { } args ? Value.FromJson(args) : null,
        "execution_id" => Value.From(draft.Facts.Id.ToString()),
        "execution" => Execution(),
        "playbook" => Value.Map([KeyValuePair.Create("name", Value.From(draft.Facts.Playbook))]),
        "result" when run.CallEnded && !run.HasNothing => ResultOf(run),
        "error" => run.ErrorDetail is { } error ? ErrorOf(error) : draft.State.ErrorFor(draft.Plan, run.Step) is { } outcome ? Value.FromJson(outcome) : null,
        "iteration" => Iteration(),
        _ when CallScope.IsOfCall(name, Task) => CallScope.Find(name, Task!, run, ResultOf),
        _ => null,
    };

    private Value? OfStep(string name) =>
        draft.State.Steps.TryGetValue(name, out var step) && step.Visible is { HasNothing: false } visible ? ResultOf(visible)
        : draft.Plan.ByName.ContainsKey(name) ? Value.Absent
        : null;

    /// <summary>Names that the step itself gives to what only its iterations or its call have.</summary>
    private Value? OfPlaybook(string name)
    {
        var step = draft.Plan.ByName.GetValueOrDefault(run.Step);
        var isItsOwn = step is { Loop: { } loop } && (name == loop.Iterator || name == loop.Variable) || (step?.Task is { } task && CallScope.IsCollected(name, task));
        return isItsOwn ? Value.Absent : null;
    }

    /// <summary>A call by a worker, as its own templates saw it.</summary>
    private Value? Iteration() => Task is null || run.RunId < 0 || draft.Plan.ByName[run.Step].RunsInOperator
        ? null
        : Value.Map([new("id", Value.From(WorkKey.IterationId(draft.Facts.Id, run.RunId))), new("index", Value.Null)]);

    /// <summary>All members that an error has in a worker, also those that were left out of the log.</summary>
    private static Value ErrorOf(JsonElement error) => Value.Map(
        s_errorMembers.Select(name => KeyValuePair.Create(name, error.TryGetProperty(name, out var value) ? Value.FromJson(value) : Value.Null)));

    private Value Execution()
    {
        KeyValuePair<string, Value>[] members =
        [
            KeyValuePair.Create("id", Value.From(draft.Facts.Id.ToString())),
            KeyValuePair.Create("name", Value.From(draft.Facts.Name)),
            KeyValuePair.Create("namespace", Value.From(draft.Facts.Namespace)),
            KeyValuePair.Create("status", Value.From(draft.State.Outcome is { } outcome ? StatusProjection.ApiStatus(outcome) : null)),
        ];
        return Value.Map(members);
    }

    /// <summary>What the run called; null in routing steps and around loops, where there is no last call.</summary>
    private TaskPlan? Task => draft.Plan.ByName.TryGetValue(run.Step, out var step) && step.Loop is null ? step.Task : null;

    private Value Workload()
    {
        var plan = draft.Plan.Workload;
        // An error in a member shows where that member is used; here the others must stay readable.
        return plan.TryRender(draft.Facts.Workload, this, draft.Evaluation, name => !plan.SecretMembers.Contains(name), out var workload, out _)
            ? workload
            : RenderOneByOne(plan);
    }

    private Value RenderOneByOne(WorkloadPlan plan)
    {
        var members = new List<KeyValuePair<string, Value>>();
        foreach (var (name, _) in plan.Template.Members.Where(member => !plan.SecretMembers.Contains(member.Key)))
        {
            if (!plan.TryRender(draft.Facts.Workload, this, draft.Evaluation, plan.ReadBy(name, draft.Facts.Workload).Contains, out var one, out var error)) (_broken ??= new(StringComparer.Ordinal))[name] = error!;
            else if (one.TryGetMember(name, out var value)) members.Add(KeyValuePair.Create(name, value));
        }

        return Value.Map([.. members]);
    }

    private Value ResultOf(StepRun step)
    {
        if (step.IsLoop) return LoopResult(step);
        if (step.ResultBytes is not null) return draft.Observed.LargeResults.TryGetValue(new WorkKey(step.RunId, WorkKey.Call), out var large) ? Value.FromJson(large) : Value.Undefined;
        return step.Result is { } result ? Value.FromJson(result) : Value.Null;
    }

    private Value LoopResult(StepRun step)
    {
        var members = new List<KeyValuePair<string, Value>>();
        if (draft.Observed.LoopResults.TryGetValue(step.RunId, out var results))
            members.Add(KeyValuePair.Create("results", Value.List(new ResultList(results))));
        if (step.Result is { ValueKind: JsonValueKind.Object } summary)
            members.AddRange(summary.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, Value.FromJson(member.Value))));
        return Value.Map([.. members]);
    }

    private sealed class ResultList(IReadOnlyList<JsonElement?> results) : IValueList
    {
        private Value[]? _read;

        public long Count => results.Count;

        // A document is opened once, however often a template reads it.
        public Value Get(long index)
        {
            var read = _read ??= new Value[results.Count];
            if (read[index].Kind == ValueKind.Undefined) read[index] = results[(int)index] is { } result ? Value.FromJson(result) : Value.Null;
            return read[index];
        }
    }
}
